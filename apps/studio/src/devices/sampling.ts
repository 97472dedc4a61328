import { DeviceError, type SamplingProgress } from "./device-events.ts";
import type { Fields } from "./wire-values.ts";

/** What a device is asked to record. */
export interface SamplingRequest {
  readonly label: string;
  readonly lengthMs: number;
  readonly intervalMs: number;
  readonly category: string;
  readonly sensor: string;
  /** For devices that show a series of recordings to their user. */
  readonly labelColor?: string | undefined;
  readonly collectedSampleCount?: number | undefined;
  readonly targetSampleCount?: number | undefined;
}

/** The message that asks a device to record. The category is nowhere but in the path. */
export function sampleMessage(request: SamplingRequest, hmacKey: string): object {
  const { labelColor, collectedSampleCount, targetSampleCount } = request;
  return {
    sample: {
      label: request.label,
      length: request.lengthMs,
      path: `/api/${request.category}/data`,
      hmacKey,
      interval: request.intervalMs,
      sensor: request.sensor,
      ...(labelColor !== undefined && { labelColor }),
      ...(collectedSampleCount !== undefined && { collectedSampleCount }),
      ...(targetSampleCount !== undefined && { targetSampleCount }),
    },
  };
}

/** How long a device may be silent while it is about to do something, and while it does it. */
export interface SamplingTimes {
  readonly answerMs: number;
  /** Beside the length of the recording. */
  readonly recordMs: number;
  readonly uploadMs: number;
}

export const SAMPLING_TIMES: SamplingTimes = { answerMs: 20_000, recordMs: 20_000, uploadMs: 60_000 };

const LONGEST_REASON = 500;

type Phase = "requested" | "accepted" | "started" | "processing" | "reading" | "uploading";

type Told = Pick<SamplingProgress, "phase" | "percent">;

/** The hand-shake of one recording, from the request to the end of the upload. */
export class Sampling {
  /** @throws {DeviceError} when the device gives up, falls silent or leaves. */
  readonly outcome: Promise<void>;
  readonly #deviceId: string;
  readonly #lengthMs: number;
  readonly #times: SamplingTimes;
  readonly #tell: (progress: Told) => void;
  #settle: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #phase: Phase = "requested";
  #hasStarted = false;

  /** @param tell Is told of each step on the way, but not of the end. */
  constructor(deviceId: string, lengthMs: number, times: SamplingTimes, tell: (progress: Told) => void) {
    this.#deviceId = deviceId;
    this.#lengthMs = lengthMs;
    this.#times = times;
    this.#tell = tell;
    this.outcome = new Promise<void>((resolve, reject) => (this.#settle = { resolve, reject })).finally(() =>
      clearTimeout(this.#timer),
    );
    this.#enter("requested");
    tell({ phase: "requested" });
  }

  /** Takes a message of the device; one that is not about sampling changes nothing. */
  received(message: Fields): void {
    if (message.sample === false) {
      this.fail(reasonOf(message) ?? `The device ${this.#deviceId} refused to sample, and gave no reason.`);
    } else if (message.sampleFinished === true) {
      this.#finish();
    } else if (message.sampleUploading === true) {
      this.#progress({ phase: "uploading" });
    } else if (message.sampleReading === true) {
      const { progressPercentage: percent } = message;
      const isPercent = typeof percent === "number" && percent >= 0 && percent <= 100;
      this.#progress({ phase: "reading", ...(isPercent && { percent }) });
    } else if (message.sampleProcessing === true) {
      this.#progress({ phase: "processing" });
    } else if (message.sampleStarted === true) {
      this.#hasStarted = true;
      this.#progress({ phase: "started" });
    } else if (message.sample === true && this.#phase === "requested") {
      this.#enter("accepted");
    }
  }

  fail(reason: string): void {
    this.#settle?.reject(new DeviceError(reason));
  }

  #progress(progress: Told & { readonly phase: Phase }): void {
    this.#enter(progress.phase);
    this.#tell(progress);
  }

  #finish(): void {
    if (this.#hasStarted) this.#settle?.resolve();
    else this.fail(`The device ${this.#deviceId} says it has finished, and never said that it started.`);
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    clearTimeout(this.#timer);
    const { silenceMs, what } = this.#patience(phase);
    const reason = `The device ${this.#deviceId} ${what} within ${silenceMs / 1000} s.`;
    this.#timer = setTimeout(() => this.fail(reason), silenceMs);
  }

  /** How long to wait for the next message, and what has not happened then. */
  #patience(phase: Phase): { readonly silenceMs: number; readonly what: string } {
    const { answerMs, recordMs, uploadMs } = this.#times;
    const silenceMs = this.#lengthMs + recordMs;
    switch (phase) {
      case "requested":
        return { silenceMs: answerMs, what: "did not answer the request to sample" };
      case "accepted":
        return { silenceMs: answerMs, what: "accepted the request to sample, and did not start" };
      case "started":
        return { silenceMs, what: "started to sample, and did not finish" };
      case "processing":
        return { silenceMs, what: "was processing what it had sampled, and did not go on" };
      case "reading":
        return { silenceMs, what: "was reading what it had sampled, and did not go on" };
      case "uploading":
        return { silenceMs: uploadMs, what: "was uploading what it had sampled, and did not finish" };
      default:
        return phase satisfies never;
    }
  }
}

/** Devices say `error`; the documentation says `err`. */
export function reasonOf({ error, err }: Fields): string | undefined {
  const reason = error ?? err;
  return typeof reason === "string" && reason !== "" ? reason.slice(0, LONGEST_REASON) : undefined;
}
