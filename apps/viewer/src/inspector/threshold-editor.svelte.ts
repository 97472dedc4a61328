import type { BlockThreshold, ImpulseBlock } from "../api.ts";
import type { Thresholds } from "../scope/scope-port.ts";

/** What the editor needs of the server. Both throw with words for people. */
export interface ThresholdsApi {
  readImpulseBlocks(projectId: number, signal: AbortSignal): Promise<readonly ImpulseBlock[]>;
  saveThresholds(
    projectId: number,
    thresholds: readonly Pick<BlockThreshold, "blockId" | "key" | "value">[],
  ): Promise<void>;
}

export type Limit = keyof Thresholds;

/** One limit as it stands on the screen. */
export interface LimitRow {
  readonly limit: Limit;
  /** What verdicts are made with now. */
  readonly value: number;
  /** What those of the run were made with; absent when there was none. */
  readonly was: number | undefined;
  /** Where Studio has it; absent where the impulse has no such limit, or not just one. */
  readonly inStudio: BlockThreshold | undefined;
  readonly isChanged: boolean;
}

const LIMITS: readonly Limit[] = ["minimumConfidence", "anomaly", "maximumError", "minimumObjectScore"];

/** Reads the limits of the impulse, and sets them in Studio when somebody asks for it. */
export class ThresholdEditor {
  readonly projectId: number;
  readonly #api: ThresholdsApi;
  #blocks = $state.raw<readonly ImpulseBlock[]>([]);
  #state = $state<"idle" | "asking" | "saving" | "saved">("idle");
  #failure = $state<string>();

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

  /** The limits that the run or what is tried out has, in a fixed order. */
  rows(ofRun: Thresholds, tried: Thresholds | undefined): readonly LimitRow[] {
    return LIMITS.flatMap((limit) => {
      const was = ofRun[limit];
      const value = tried?.[limit] ?? was;
      if (value === undefined) return [];
      const isChanged = tried?.[limit] !== undefined && tried[limit] !== was;
      return [{ limit, value, was, inStudio: this.#inStudio(limit), isChanged }];
    });
  }

  async read(signal: AbortSignal): Promise<void> {
    try {
      const blocks = await this.#api.readImpulseBlocks(this.projectId, signal);
      if (signal.aborted) return;
      this.#blocks = blocks;
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
  toSave(rows: readonly LimitRow[]): readonly Pick<BlockThreshold, "blockId" | "key" | "value">[] {
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
      await this.#api.saveThresholds(this.projectId, changed);
    } catch (error) {
      this.#failure = messageOf(error);
      this.#state = "idle";
      return;
    }
    this.#state = "saved";
    await this.read(signal);
  }

  #inStudio(limit: Limit): BlockThreshold | undefined {
    const blocks = this.#blocks.filter(({ type }) => limitOf(type) === limit);
    const [only, ...others] = blocks.flatMap(({ thresholds = [] }) => {
      // A block that can only do one thing has one limit, whatever its key.
      return thresholds.length === 1 ? thresholds : thresholds.filter(({ key }) => KEYS[limit].includes(key));
    });
    // Of two such blocks nobody knows which one a verdict was made with.
    return others.length === 0 && typeof only?.value === "number" ? only : undefined;
  }
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
