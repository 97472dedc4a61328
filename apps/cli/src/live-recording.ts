/** A recording that goes on as slowly as a test wants: its log says what the server would write while a device records. */
import { randomBytes } from "node:crypto";

import { encodeRecording, type Recording } from "@windowscope/protocol";
import type { RunLog } from "@windowscope/runlog";

/** What has changed since it was told last. */
export type RecordingNews = Partial<Recording>;

export class LiveRecording {
  readonly #log: RunLog;
  #recording: Recording;

  private constructor(log: RunLog, recording: Recording) {
    this.#log = log;
    this.#recording = recording;
  }

  /** Its device has not answered yet. */
  static async begin(log: RunLog): Promise<LiveRecording> {
    const live = new LiveRecording(log, {
      recordingId: `recording-${randomBytes(8).toString("hex")}`,
      projectId: 1,
      deviceId: "board-1",
      label: "wave",
      category: "testing",
      lengthMs: 4_000,
      intervalMs: 16,
      sensor: "Accelerometer",
      state: "waiting",
      createdAt: new Date().toISOString(),
    });
    await live.tell({});
    return live;
  }

  get recordingId(): string {
    return this.#recording.recordingId;
  }

  async tell(news: RecordingNews): Promise<void> {
    this.#recording = { ...this.#recording, ...news };
    const { number, next } = await this.#log.open(this.recordingId);
    const entry = encodeRecording({ log: number, seq: next }, this.#recording);
    await this.#log.append([{ log: this.recordingId, at: next, entries: [entry] }]);
  }
}
