import { isOver, type Recording, type Run } from "@windowscope/protocol";

import type { ProjectDetails } from "../api.ts";
import type { Page } from "../page/page.svelte.ts";
import { openRun } from "./open-run.svelte.ts";
import { sayFailure } from "./project.svelte.ts";
import { keepSettings, toRequest, type RecordingSettings, type SettingsStore } from "./recording-settings.ts";
import type { TasksApi } from "./tasks-api.ts";

type StepName = "waiting" | "started" | "reading" | "uploading" | "classifying";

/** A step of the hand-shake with the device. */
export interface RecordingStep {
  readonly name: StepName;
  readonly title: string;
  readonly standing: "done" | "now" | "later" | "failed";
}

const STEPS: readonly { readonly name: StepName; readonly title: string }[] = [
  { name: "waiting", title: "Waiting for the device" },
  { name: "started", title: "Device has started" },
  { name: "reading", title: "Reading from the device" },
  { name: "uploading", title: "Uploading to Studio" },
  { name: "classifying", title: "Classifying" },
];

type RecordPage = Pick<Page, "watch" | "runs" | "recordings" | "showRun" | "selectAt" | "snapshot" | "source" | "open">;

/**
 * A recording that this page has asked a device for, from the request to its windows.
 *
 * It outlives the dialog that shows it, so nothing in it belongs to a component.
 */
export class DeviceRecording {
  #recordingId = $state<string>();
  #recording = $state.raw<Recording>();
  #runId = $state<string>();
  #failure = $state<string>();
  #isStarting = $state(false);
  #isCancelling = $state(false);
  #cancelFailure = $state<string>();
  /** How far it got, for what has failed since. */
  #farthest = $state(0);
  readonly #page: RecordPage;
  readonly #api: Pick<TasksApi, "startRecording" | "cancelRecording" | "startRun">;
  readonly #store: SettingsStore;
  #unwatch: (() => void) | undefined;

  constructor(
    page: RecordPage,
    api: Pick<TasksApi, "startRecording" | "cancelRecording" | "startRun">,
    store: SettingsStore,
  ) {
    this.#page = page;
    this.#api = api;
    this.#store = store;
  }

  get recording(): Recording | undefined {
    return this.#recording;
  }

  get recordingId(): string | undefined {
    return this.#recordingId;
  }

  get isStarting(): boolean {
    return this.#isStarting;
  }

  get isCancelling(): boolean {
    return this.#isCancelling;
  }

  get #run(): Run | undefined {
    return this.#page.runs.find(({ runId }) => runId === this.#runId);
  }

  /** `asking` before anything was started; then `going` until the run's first windows, `failed` or `cancelled`. */
  get state(): "asking" | "going" | "shown" | "failed" | "cancelled" {
    if (this.#recordingId === undefined) return "asking";
    if (this.#recording?.state === "cancelled" || this.#run?.state === "cancelled") return "cancelled";
    if (this.#failure !== undefined || this.#recording?.state === "failed" || this.#run?.state === "failed")
      return "failed";
    if (this.#run && (this.#run.windows > 0 || isOver(this.#run.state))) return "shown";
    return "going";
  }

  /** Once the sample is uploaded there is nothing left to stop. */
  get canCancel(): boolean {
    return this.state === "going" && this.#recording?.state !== "finished";
  }

  /** What went wrong, in the words of Studio or of the server. */
  get failure(): string | undefined {
    return this.#failure ?? this.#recording?.error ?? this.#run?.error;
  }

  /** What it waits for, or what is odd; why it goes on though it was to be cancelled. */
  get warning(): string | undefined {
    return this.#cancelFailure ?? this.#run?.warning ?? this.#recording?.warning;
  }

  get steps(): readonly RecordingStep[] {
    return STEPS.map((step, i) => {
      if (i < this.#farthest) return { ...step, standing: "done" };
      if (i > this.#farthest) return { ...step, standing: "later" };
      const hasEnded = this.state === "failed" || this.state === "cancelled";
      return { ...step, standing: hasEnded ? "failed" : "now" };
    });
  }

  /** What the device does right now for somebody else, or for another page of ours. */
  busyWith(deviceId: string): Recording | undefined {
    return this.#page.recordings.find(
      (other) =>
        other.deviceId === deviceId &&
        other.recordingId !== this.#recordingId &&
        !["finished", "failed", "cancelled"].includes(other.state),
    );
  }

  async start(project: ProjectDetails, settings: RecordingSettings): Promise<void> {
    if (this.#isStarting || this.state === "going") return;
    this.reset();
    this.#isStarting = true;
    keepSettings(this.#store, project.projectId, settings);
    try {
      this.#recordingId = await this.#api.startRecording(project.projectId, settings.deviceId, toRequest(settings));
      this.#follow(this.#recordingId);
    } catch (cause) {
      this.#failure = sayFailure(cause);
    } finally {
      this.#isStarting = false;
    }
  }

  /** Goes to the windows once there are some. @returns Whether it did. */
  show(): boolean {
    if (this.state !== "shown" || this.#runId === undefined) return false;
    this.#page.open("none");
    openRun(this.#page, this.#runId);
    return true;
  }

  async cancel(): Promise<void> {
    const recordingId = this.#recordingId;
    if (recordingId === undefined || this.#isCancelling) return;
    this.#isCancelling = true;
    this.#cancelFailure = undefined;
    try {
      await this.#api.cancelRecording(recordingId);
    } catch (cause) {
      if (recordingId === this.#recordingId) this.#cancelFailure = `Not cancelled: ${sayFailure(cause)}`;
    } finally {
      this.#isCancelling = false;
    }
  }

  /** Back to the form. */
  reset(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#recordingId = undefined;
    this.#recording = undefined;
    this.#runId = undefined;
    this.#failure = undefined;
    this.#cancelFailure = undefined;
    this.#farthest = 0;
  }

  #follow(recordingId: string): void {
    this.#unwatch = this.#page.watch(recordingId, ({ recording, failure }) => {
      if (recording) this.#apply(recording);
      if (failure !== undefined && this.#runId === undefined) this.#failure = failure;
    });
  }

  #apply(recording: Recording): void {
    this.#recording = recording;
    const { state } = recording;
    const reached = state === "finished" ? STEPS.length - 1 : STEPS.findIndex(({ name }) => name === state);
    this.#farthest = Math.max(this.#farthest, reached);
    if (state === "finished" && this.#runId === undefined) void this.#findRun(recording);
  }

  /** A sample of a category that nobody watches has no run yet. */
  async #findRun({ recordingId, projectId, sampleId, runId }: Recording): Promise<void> {
    try {
      const found = runId ?? (sampleId === undefined ? undefined : await this.#api.startRun({ projectId, sampleId }));
      if (recordingId === this.#recordingId) this.#runId = found;
    } catch (cause) {
      if (recordingId === this.#recordingId) this.#failure = sayFailure(cause);
    }
  }
}

const recordings = new WeakMap<object, DeviceRecording>();

/**
 * The recording of a page: one that goes on while its dialog is closed is found again.
 *
 * @param create Called for the first one.
 */
export function recordingOf(page: Pick<Page, "watch">, create: () => DeviceRecording): DeviceRecording {
  const recording = recordings.get(page) ?? create();
  recordings.set(page, recording);
  // What is over leaves the form; what has failed is worth knowing.
  if (recording.state === "shown" || recording.state === "cancelled") recording.reset();
  return recording;
}
