import { portPair } from "./port-pair.ts";
import { MOST_ROWS, type Port, type Questions, type ScopeRequest, type ScopeUpdate } from "./scope-port.ts";

/** Canvases of tests are no real ones, and Node cannot transfer any: they go over as they are. */
function copyOf<T>(message: T, transfer: readonly Transferable[]): T {
  return transfer.length > 0 ? message : structuredClone(message);
}

type Answers = {
  [K in keyof Questions]?: Questions[K]["answer"] | ((ask: Questions[K]["ask"]) => Questions[K]["answer"]);
};

/**
 * A scope for tests of the page: it shows what the test pushes, keeps what the page has said, and answers questions
 * with what the test has set. A question without an answer is refused, as the true scope does when it cannot answer;
 * and so is one for more rows than the true scope gives.
 *
 * ```ts
 * const scope = new FakeScope();
 * const page = new Page(scope.port, nextFrame, now);
 * scope.push({ type: "snapshot", snapshot });
 * scope.answer("rows", ({ from, to }) => records.slice(from, to));
 * await scope.settle();
 * expect(scope.last("show")?.source).toEqual({ kind: "session" });
 * ```
 */
export class FakeScope {
  /** The page's end. */
  readonly port: Port<ScopeRequest, ScopeUpdate>;
  /** All that the page has said, oldest first. */
  readonly requests: ScopeRequest[] = [];
  readonly #port: Port<ScopeUpdate, ScopeRequest>;
  readonly #answers: Answers = {};

  constructor() {
    const [page, scope] = portPair<ScopeRequest, ScopeUpdate>(copyOf);
    this.port = page;
    this.#port = scope;
    scope.onmessage = ({ data }) => {
      this.requests.push(data);
      if (data.type === "ask") this.#answer(data);
    };
  }

  /** Tells the page something. */
  push(update: ScopeUpdate): void {
    this.#port.postMessage(update);
  }

  /** What a question is answered with from now on: a value, or a function of what was asked. */
  answer<K extends keyof Questions>(question: K, answer: NonNullable<Answers[K]>): void {
    (this.#answers as Record<string, unknown>)[question] = answer;
  }

  /** What the page has said of this type, oldest first. */
  all<T extends ScopeRequest["type"]>(type: T): Extract<ScopeRequest, { type: T }>[] {
    return this.requests.filter((request): request is Extract<ScopeRequest, { type: T }> => request.type === type);
  }

  /** What the page has said last of this type. */
  last<T extends ScopeRequest["type"]>(type: T): Extract<ScopeRequest, { type: T }> | undefined {
    return this.all(type).at(-1);
  }

  /** Waits until all that was said up to now has arrived, and answers to it. Uses no timer. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }

  #answer({ id, question, ask }: Extract<ScopeRequest, { type: "ask" }>): void {
    if (question === "rows" && ask.to - ask.from > MOST_ROWS) {
      this.push({ type: "refusal", id, message: `The fake scope gives at most ${MOST_ROWS} rows.` });
      return;
    }
    if (!Object.hasOwn(this.#answers, question)) {
      this.push({ type: "refusal", id, message: `The fake scope has no answer to "${question}".` });
      return;
    }
    const answer = this.#answers[question] as unknown;
    const value = typeof answer === "function" ? (answer as (asked: unknown) => unknown)(ask) : answer;
    this.push({ type: "answer", id, answer: value });
  }
}
