import type { ImpulseLimits, NewThreshold, StudioThreshold } from "../api.ts";
import type { Thresholds } from "../scope/scope-port.ts";

/** What the editor needs of the server. Both throw with words for people. */
export interface ThresholdsApi {
  readLimits(projectId: number, signal: AbortSignal): Promise<ImpulseLimits>;
  /** @returns Whether Studio's results of the test set are of the old ones now. */
  saveThresholds(projectId: number, thresholds: readonly NewThreshold[]): Promise<boolean>;
}

export type Limit = keyof Thresholds;

/** A threshold that is a number; others choose between words. */
type LimitInStudio = StudioThreshold & { readonly value: number };

/** One limit as it stands on the screen. */
export interface LimitRow {
  readonly limit: Limit;
  /** What verdicts are made with now. */
  readonly value: number;
  /** What those of the run were made with; absent when there was none. */
  readonly was: number | undefined;
  /** Where Studio has it; absent where the impulse has no such limit, or not just one. */
  readonly inStudio: LimitInStudio | undefined;
  readonly isChanged: boolean;
}

const LIMITS: readonly Limit[] = ["minimumConfidence", "anomaly", "maximumError", "minimumObjectScore"];

/** Reads the limits of the impulse, and sets them in Studio when somebody asks for it. */
export class ThresholdEditor {
  readonly projectId: number;
  readonly #api: ThresholdsApi;
  #inStudio = $state.raw<ImpulseLimits>({ blocks: [], thresholds: [] });
  #state = $state<"idle" | "asking" | "saving" | "saved">("idle");
  #failure = $state<string>();
  #areTestResultsStale = $state(false);

  constructor(projectId: number, api: ThresholdsApi) {
    this.projectId = projectId;
    this.#api = api;
  }

  /** `asking`: nothing happens in Studio before `save`. */
  get state(): "idle" | "asking" | "saving" | "saved" {
    return this.#state;
  }

  /** Why reading or saving went wrong, in the server's own words. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Since limits were set here, Studio's results of the test set are those of the old ones. */
  get areTestResultsStale(): boolean {
    return this.#areTestResultsStale;
  }

  /** The limits that the run or what is tried out has, in a fixed order. */
  rows(ofRun: Thresholds, tried: Thresholds | undefined): readonly LimitRow[] {
    return LIMITS.flatMap((limit) => {
      const was = ofRun[limit];
      const value = tried?.[limit] ?? was;
      if (value === undefined) return [];
      const isChanged = tried?.[limit] !== undefined && tried[limit] !== was;
      return [{ limit, value, was, inStudio: this.#find(limit), isChanged }];
    });
  }

  async read(signal: AbortSignal): Promise<void> {
    try {
      const inStudio = await this.#api.readLimits(this.projectId, signal);
      if (signal.aborted) return;
      this.#inStudio = inStudio;
      this.#failure = undefined;
    } catch (error) {
      if (!signal.aborted) this.#failure = messageOf(error);
    }
  }

  /** Somebody wants to change Studio, and is asked whether to. */
  askToSave(): void {
    this.#failure = undefined;
    this.#state = "asking";
  }

  /** Not after all, or something else is tried out now. */
  cancel(): void {
    if (this.#state !== "saving") this.#state = "idle";
  }

  /** The limits that are tried out here and that Studio has otherwise. */
  toSave(rows: readonly LimitRow[]): readonly NewThreshold[] {
    return rows.flatMap(({ inStudio, value, isChanged }) =>
      isChanged && inStudio && inStudio.value !== value
        ? [{ blockId: inStudio.blockId, key: inStudio.key, value }]
        : [],
    );
  }

  /** Sets what is tried out in Studio. */
  async save(rows: readonly LimitRow[], signal: AbortSignal): Promise<void> {
    const changed = this.toSave(rows);
    if (this.#state !== "asking" || changed.length === 0) return;
    this.#state = "saving";
    try {
      this.#areTestResultsStale = await this.#api.saveThresholds(this.projectId, changed);
    } catch (error) {
      this.#failure = messageOf(error);
      this.#state = "idle";
      return;
    }
    this.#state = "saved";
    await this.read(signal);
  }

  #find(limit: Limit): LimitInStudio | undefined {
    const { blocks, thresholds } = this.#inStudio;
    const [only, ...others] = blocks
      .filter(({ type }) => limitOf(type) === limit)
      .flatMap(({ blockId }) => {
        const ofBlock = thresholds.filter((threshold) => threshold.blockId === blockId);
        // A block that decides one thing has one threshold, whatever its key.
        return ofBlock.length === 1 ? ofBlock : ofBlock.filter(({ key }) => KEYS[limit].includes(key));
      });
    // Of two such blocks nobody knows which one a verdict was made with.
    return only && others.length === 0 && isNumber(only) ? only : undefined;
  }
}

/** The nearest to `value` that a limit can be: scores go from 0 to 1. `undefined` for what is no number. */
export function fitLimit(limit: Limit, value: number): number | undefined {
  if (!Number.isFinite(value)) return undefined;
  if (limit === "anomaly") return value;
  return Math.max(0, limit === "maximumError" ? value : Math.min(1, value));
}

function isNumber(threshold: StudioThreshold): threshold is LimitInStudio {
  return typeof threshold.value === "number";
}

/** Keys that Studio has for a limit where a block has several. */
const KEYS: Record<Limit, readonly string[]> = {
  minimumConfidence: ["min_score", "min_confidence", "minimum_confidence_rating"],
  anomaly: ["min_anomaly_score", "min_score"],
  maximumError: ["max_error", "min_score"],
  minimumObjectScore: ["min_score"],
};

/** Which limit a learn block of a type has. */
function limitOf(type: string): Limit {
  if (type.includes("anomaly")) return "anomaly";
  if (type.includes("object-detection")) return "minimumObjectScore";
  return type.includes("regression") ? "maximumError" : "minimumConfidence";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
