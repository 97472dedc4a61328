import { encodeRecording, type Recording } from "@windowscope/protocol";
import type { Append } from "@windowscope/runlog";
import { newestSampleId, StudioError, watchSamples, type Studio } from "@windowscope/sdk";

import { runOfSample, type NewSample, type SampleRuns } from "../runs/run-of-sample.ts";
import type { RunStore } from "../runs/run-store.ts";
import { StartLock } from "../runs/start-lock.ts";
import type { TaskKind } from "../tasks/task.ts";
import { TaskLogs } from "../tasks/task-logs.ts";
import { TaskFailedError, TaskWorker } from "../tasks/task-worker.ts";
import type { TaskWriter } from "../tasks/task-writer.ts";
import type { ProjectEvents } from "./project-events.ts";
import { readSamplingProgress } from "./sampling-progress.ts";

/** What somebody wants recorded. */
export type RecordingRequest = Pick<
  Recording,
  "projectId" | "deviceId" | "label" | "category" | "lengthMs" | "intervalMs" | "sensor"
>;

interface RecordingMemo {
  /** Samples of the category with higher ids came after the device was asked. */
  readonly sinceId?: number | undefined;
  /** Other names by which samples may tell that they are of this device. */
  readonly deviceName: string;
  /** When the device was asked; ms since 1970. A device that is asked twice records twice. */
  readonly askedAtMs?: number | undefined;
  readonly requestId?: number | undefined;
}

type Writer = TaskWriter<Recording, RecordingMemo>;

const RECORDINGS: TaskKind<Recording, RecordingMemo> = {
  prefix: "recording-",
  encode: encodeRecording,
  // Its log tells only how it stands.
  hasResult: () => false,
  withoutResult: (record) => record,
};

/** The device is recording for somebody already. */
export class DeviceBusyError extends Error {
  override readonly name = "DeviceBusyError";
}

const MOST_AT_ONCE = 16;
/** Beside the length of the recording, until its sample has to be there: to begin, to read, to upload and to process. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 1_000;

/**
 * Has devices record, and follows each recording until its sample is there.
 *
 * How far a device has come only the project's socket tells, if it does; that a sample has come the list of samples
 * tells in any case.
 */
export class Recordings {
  readonly #options: ConstructorParameters<typeof Recordings>[0];
  readonly #logs: TaskLogs<Recording, RecordingMemo>;
  readonly #worker: TaskWorker<Recording, RecordingMemo>;
  readonly #stop = new AbortController();
  /** No device is asked twice at once. */
  readonly #startLock: StartLock;

  constructor(options: {
    readonly studio: Studio;
    readonly store: RunStore;
    readonly events: ProjectEvents;
    /** Sees to it that the project's socket is connected. */
    readonly listenTo: (projectId: number) => unknown;
    readonly sampleRuns: SampleRuns;
  }) {
    this.#options = options;
    this.#logs = new TaskLogs(options.store, RECORDINGS);
    this.#startLock = new StartLock(options.store, this.#stop.signal);
    this.#worker = new TaskWorker({
      logs: this.#logs,
      atOnce: MOST_AT_ONCE,
      work: (writer, signal) => this.#work(writer, signal),
    });
  }

  /** Begins, also with what an earlier process has left behind. */
  resume(): void {
    this.#worker.start();
  }

  /**
   * Asks a device to record.
   *
   * @param deviceName How people call the device.
   * @throws {DeviceBusyError} while another recording of the device goes on.
   * @throws {StartsBusyError} when others start so much that this one does not come in between.
   */
  start(request: RecordingRequest, deviceName: string): Promise<Recording> {
    return this.#startLock.hold((guard) => this.#start(request, deviceName, guard));
  }

  async find(recordingId: string): Promise<Recording | undefined> {
    return (await this.#logs.find(recordingId))?.task;
  }

  /** Stops following a recording; the device goes on with it. @returns False when it was over before. */
  cancel(recordingId: string): Promise<boolean> {
    return this.#worker.cancel(recordingId);
  }

  /** Stops the work and leaves the recordings open, so that the next process goes on with them. */
  close(): Promise<void> {
    this.#stop.abort();
    return this.#worker.close();
  }

  async #start(request: RecordingRequest, deviceName: string, guard: Append): Promise<Recording> {
    const { projectId, deviceId } = request;
    const other = (await this.#logs.unfinished()).find(
      ({ task }) => task.projectId === projectId && task.deviceId === deviceId,
    );
    if (other) {
      const { label, recordingId } = other.task;
      throw new DeviceBusyError(`The device ${deviceId} records "${label}" right now, as ${recordingId}.`);
    }
    const recording: Recording = {
      ...request,
      recordingId: this.#logs.newId(),
      state: "waiting",
      createdAt: new Date().toISOString(),
    };
    await this.#logs.create(recording.recordingId, recording, { deviceName }, [guard]);
    this.#worker.nudge();
    return recording;
  }

  async #work(writer: Writer, signal: AbortSignal): Promise<void> {
    const { projectId, category } = writer.task;
    this.#options.listenTo(projectId);
    const found = new AbortController();
    const searching = AbortSignal.any([signal, found.signal]);
    let warning: string | undefined;
    const told = this.#followDevice(writer, searching, (text) => (warning = text));
    let sample: NewSample;
    try {
      // Before asking, so that a quick answer is heard.
      const asked = this.#ask(writer, signal);
      const listed = asked.then(() => this.#findSample(writer, searching));
      const late = asked.then(() => this.#waitTooLong(writer, searching));
      sample = await Promise.race([told, listed, late]);
    } finally {
      found.abort();
    }
    const { sampleRuns, store } = this.#options;
    const runId = await runOfSample(sampleRuns, { projectId, category, sample }, store.pause, signal);
    const endedAt = new Date().toISOString();
    await writer.change({ state: "finished", endedAt, sampleId: sample.id, runId, warning, percent: undefined });
  }

  async #ask(writer: Writer, signal: AbortSignal): Promise<void> {
    if (writer.memo.askedAtMs !== undefined) return;
    const { projectId, deviceId, label, category, lengthMs, intervalMs, sensor } = writer.task;
    const sinceId = await newestSampleId(this.#options.studio, { projectId, category, signal });
    await writer.change({}, { askedAtMs: Date.now(), sinceId });
    try {
      const { id } = await this.#options.studio.call("startSampling", {
        path: { projectId, deviceId },
        body: { label, category: category as "testing", lengthMs, intervalMs, ...(sensor !== undefined && { sensor }) },
        signal,
      });
      await writer.change({}, { requestId: id });
    } catch (error) {
      if (!(error instanceof StudioError)) throw error;
      // Asking once more might record twice.
      throw new TaskFailedError(error.studioText ?? error.message, { cause: error });
    }
  }

  /** Passes on how far the device has come. @returns The sample, if the device's Studio tells which it is. */
  #followDevice(writer: Writer, signal: AbortSignal, onWarning: (text: string) => void): Promise<NewSample> {
    const { projectId, deviceId } = writer.task;
    const { studio, events } = this.#options;
    let { state } = writer.task;
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const leave = events.follow(projectId, (event, data) => {
        const progress = readSamplingProgress(event, data, deviceId, writer.memo.requestId);
        if (progress?.state === "failed") {
          reject(new TaskFailedError(progress.error ?? `The device ${deviceId} gave up, and did not say why.`));
        } else if (progress?.state === "finished") {
          const { sampleId, warning } = progress;
          if (warning !== undefined) onWarning(warning);
          // Without its id the sample is found in the list.
          if (sampleId !== undefined) readSample(studio, projectId, sampleId, signal).then(resolve, () => undefined);
        } else if (progress) {
          const { percent } = progress;
          // The feed hears of states; how much has been read only those who follow the recording.
          const isNews = progress.state !== state;
          state = progress.state;
          (isNews ? writer.change({ state, percent }) : writer.note({ percent })).catch(reject);
        }
      });
      signal.addEventListener("abort", leave, { once: true });
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
  }

  async #findSample(writer: Writer, signal: AbortSignal): Promise<NewSample> {
    const { projectId, deviceId, label, category } = writer.task;
    const { sinceId = 0, deviceName } = writer.memo;
    for await (const sample of watchSamples(this.#options.studio, {
      projectId,
      category: category,
      sinceId,
      intervalMs: LOOK_MS,
      signal,
      onOutage: ({ message }) => {
        if (writer.task.warning !== message) writer.change({ warning: message }).catch(() => undefined);
      },
    })) {
      const isOfDevice = sample.deviceName === undefined || [deviceId, deviceName].includes(sample.deviceName);
      if (isOfDevice && sample.label === label) return sample;
    }
    throw new Error("The watch of samples ended.");
  }

  async #waitTooLong(writer: Writer, signal: AbortSignal): Promise<never> {
    const { projectId, deviceId, lengthMs } = writer.task;
    const patienceMs = lengthMs + PATIENCE_MS;
    await this.#options.store.pause(Math.max(0, (writer.memo.askedAtMs ?? 0) + patienceMs - Date.now()), signal);
    const { device } = await this.#options.studio.call("getDevice", { path: { projectId, deviceId }, signal });
    const within = `within ${Math.round(patienceMs / 1000)} s`;
    if (device?.remoteMgmtMode === "disconnected") {
      throw new TaskFailedError(`The device ${deviceId} is no longer connected, and no sample came ${within}.`);
    }
    throw new TaskFailedError(`${describeDelay(writer.task)} ${within}.`);
  }
}

async function readSample(
  studio: Studio,
  projectId: number,
  sampleId: number,
  signal: AbortSignal,
): Promise<NewSample> {
  const request = { path: { projectId, sampleId }, query: { limitPayloadValues: 1 }, signal };
  return (await studio.call("getSample", request)).sample;
}

function describeDelay({ deviceId, state }: Recording): string {
  switch (state) {
    case "started":
      return `The device ${deviceId} started to record, and did not finish`;
    case "reading":
      return `The device ${deviceId} was reading what it had recorded, and did not finish`;
    case "uploading":
      return `The device ${deviceId} was uploading what it had recorded, and no sample came`;
    default:
      return `The device ${deviceId} was asked to record, and no sample came`;
  }
}
