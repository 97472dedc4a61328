import type { SampleLabels } from "../api.ts";
import { change, paint, problemsOf, remove, type LabelRange } from "./label-ranges.ts";

/** What the editor needs of the server. Both throw with words for people. */
export interface LabelsApi {
  readLabels(projectId: number, sampleId: number, signal: AbortSignal): Promise<SampleLabels>;
  saveLabels(projectId: number, sampleId: number, labels: SampleLabels): Promise<void>;
}

/** The sample whose labels are edited. */
export interface LabelledSample {
  readonly projectId: number;
  readonly sampleId: number;
  readonly lengthMs: number;
}

/** The expected ranges of one sample: read from Studio, changed here, and saved there. */
export class LabelEditor {
  readonly sample: LabelledSample;
  readonly #api: LabelsApi;
  #state = $state<"reading" | "ready" | "saving" | "failed">("reading");
  #ranges = $state.raw<readonly LabelRange[]>([]);
  /** What Studio has, as far as it has said. */
  #inStudio = $state.raw<readonly LabelRange[]>(this.#ranges);
  #wasSaved = $state(false);
  #failure = $state<string>();
  #isRestarting = $state(false);
  #restartFailure = $state<string>();

  /** Of the sample to Studio, which may have resampled it for the signal on the screen. */
  #lengthMs = $state.raw(0);

  readonly problems = $derived.by(() => problemsOf(this.#ranges, this.#lengthMs));

  constructor(sample: LabelledSample, api: LabelsApi) {
    this.sample = sample;
    this.#lengthMs = sample.lengthMs;
    this.#api = api;
  }

  /** `failed`: there is nothing to edit, since the labels could not be read. */
  get state(): "reading" | "ready" | "saving" | "failed" {
    return this.#state;
  }

  get ranges(): readonly LabelRange[] {
    return this.#ranges;
  }

  /** Something differs from what Studio has. */
  get isChanged(): boolean {
    return this.#ranges !== this.#inStudio;
  }

  /** Studio has taken what is shown, and the windows on the screen were judged before. */
  get isSaved(): boolean {
    return this.#wasSaved && !this.isChanged;
  }

  /** Why reading or saving went wrong, in the server's own words. */
  get failure(): string | undefined {
    return this.#failure;
  }

  get isRestarting(): boolean {
    return this.#isRestarting;
  }

  /** Why the recording was not classified again. */
  get restartFailure(): string | undefined {
    return this.#restartFailure;
  }

  async read(signal: AbortSignal): Promise<void> {
    const { projectId, sampleId } = this.sample;
    this.#state = "reading";
    this.#failure = undefined;
    try {
      const { ranges } = await this.#api.readLabels(projectId, sampleId, signal);
      if (signal.aborted) return;
      this.#ranges = this.#inStudio = ranges;
      // Studio's labels cover a sample as a whole.
      this.#lengthMs = ranges.at(-1)?.endMs ?? this.sample.lengthMs;
      this.#state = "ready";
    } catch (error) {
      if (signal.aborted) return;
      this.#failure = messageOf(error);
      this.#state = "failed";
    }
  }

  /** Gives a stretch a label; times beyond the sample are cut off. */
  add({ startMs, endMs, label }: LabelRange): void {
    const [from, to] = [Math.max(0, startMs), Math.min(this.#lengthMs, endMs)];
    if (from < to) this.#apply(paint(this.#ranges, { startMs: from, endMs: to, label }));
  }

  change(index: number, changed: Partial<LabelRange>): void {
    this.#apply(change(this.#ranges, index, changed));
  }

  remove(index: number): void {
    this.#apply(remove(this.#ranges, index));
  }

  /** Saves what is there now; what is typed until Studio answers is a change again. */
  async save(): Promise<void> {
    if (this.#state !== "ready" || this.problems.length > 0) return;
    const { projectId, sampleId } = this.sample;
    const sent = this.#ranges;
    this.#state = "saving";
    this.#failure = undefined;
    try {
      await this.#api.saveLabels(projectId, sampleId, { ranges: [...sent] });
      this.#inStudio = sent;
      this.#wasSaved = true;
    } catch (error) {
      this.#failure = messageOf(error);
    }
    this.#state = "ready";
  }

  /** Has the recording judged by the labels that Studio has now. @param start Throws with words for people. */
  async classifyAgain(start: () => Promise<void>): Promise<void> {
    if (this.#isRestarting) return;
    this.#isRestarting = true;
    this.#restartFailure = undefined;
    try {
      await start();
    } catch (error) {
      this.#restartFailure = messageOf(error);
    }
    this.#isRestarting = false;
  }

  #apply(ranges: readonly LabelRange[]): void {
    if (this.#state === "ready" || this.#state === "saving") this.#ranges = ranges;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
