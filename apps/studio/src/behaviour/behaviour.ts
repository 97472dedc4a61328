import { createSeededRandom, type SeededRandom } from "@windowscope/engine";
import type { OperationId } from "@windowscope/sdk/api-types";

/** How a project answers: as it should, or wrong on purpose, so that a client can be tried against it. */
export interface Behaviour {
  /** The shape of the API's answers: of today, or of the turn of 2024 to 2025. */
  readonly answers: "newest" | "oldest";
  /** How a sample without a result is classified: by a job to wait for, or while the caller waits. */
  readonly classify: "job" | "at-once" | { readonly atOnceUpToBytes: number };
  /** `stuck`: started, never over until somebody cancels it; `fail`: over without success. */
  readonly jobs: "normal" | "stuck" | "fail";
  /** From the creation of a job to its start. */
  readonly jobDelayMs: number;
  /** From the end of a job's work until its results can be read. */
  readonly resultDelayMs: number;
  /** What the test set's result says meanwhile: that there is none, or an empty one. */
  readonly lateTestSet: "refused" | "empty";
  readonly socket: SocketBehaviour;
  /** For each request the first that applies. */
  readonly http: readonly HttpRule[];
}

export interface SocketBehaviour {
  /** Connections are ended so long after they were made. */
  readonly dropAfterMs?: number;
  /** All connections are ended when a job has said so many lines. */
  readonly dropAtLine?: number;
  /** A new connection gets its hello, and then no event. */
  readonly isSilent?: boolean;
  readonly tokenLifetimeMs?: number;
  /** Every token counts as expired. */
  readonly refusesTokens?: boolean;
}

/** What a rule can be for: an operation of the API document, or any request to the ingestion service. */
export type Asked = OperationId | "ingestion";

export interface HttpRule {
  /** All when absent. */
  readonly operations?: readonly Asked[];
  /** Applies to so many requests; to any number when absent. */
  readonly times?: number;
  /** Applies to about this share of the requests, from 0 to 1; the same ones each time the behaviour is set. */
  readonly share?: number;
  /** The request waits so long first. */
  readonly delayMs?: number;
  /** Ends the connection instead of an answer. */
  readonly cutsConnection?: boolean;
  /** Status of an answer in the place of the right one. */
  readonly status?: number;
  /** Whether that answer is the page of a gateway instead of JSON. */
  readonly answersHtml?: boolean;
  readonly retryAfterSeconds?: number;
}

export const NORMAL: Behaviour = {
  answers: "newest",
  classify: "job",
  jobs: "normal",
  jobDelayMs: 0,
  resultDelayMs: 0,
  lateTestSet: "refused",
  socket: {},
  http: [],
};

const SEED = 1;

interface Chosen {
  readonly behaviour: Behaviour;
  /** How often each HTTP rule still applies. */
  readonly timesLeft: number[];
  readonly random: SeededRandom;
}

/** The behaviour of each project. In memory only: after a restart all are normal. */
export class Behaviours {
  readonly #chosen = new Map<number, Chosen>();

  of(projectId: number): Behaviour {
    return this.#chosen.get(projectId)?.behaviour ?? NORMAL;
  }

  set(projectId: number, behaviour: Behaviour): void {
    const timesLeft = behaviour.http.map(({ times = Infinity }) => times);
    this.#chosen.set(projectId, { behaviour, timesLeft, random: createSeededRandom(SEED) });
  }

  setNormal(projectId: number): void {
    this.#chosen.delete(projectId);
  }

  /** The rule that applies to a request, which counts as one of its times. */
  takeHttpRule(projectId: number, asked: Asked): HttpRule | undefined {
    const chosen = this.#chosen.get(projectId);
    if (!chosen) return undefined;
    const { behaviour, timesLeft, random } = chosen;
    const index = behaviour.http.findIndex(
      ({ operations, share }, i) =>
        (operations?.includes(asked) ?? true) &&
        (timesLeft[i] ?? 0) > 0 &&
        (share === undefined || random.uniform() < share),
    );
    if (index < 0) return undefined;
    timesLeft[index] = (timesLeft[index] ?? 0) - 1;
    return behaviour.http[index];
  }
}
