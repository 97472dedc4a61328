import type { Questions, ScopeRequest, ScopeUpdate } from "../scope/scope-port.ts";

interface Pending {
  resolve(answer: never): void;
  reject(reason: Error): void;
}

/** Questions to the scope that wait for their answers. */
export class OpenQuestions {
  readonly #send: (request: ScopeRequest) => void;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(send: (request: ScopeRequest) => void) {
    this.#send = send;
  }

  /** @throws {Error} with the scope's words when it cannot answer. */
  ask<K extends keyof Questions>(question: K, ask: Questions[K]["ask"]): Promise<Questions[K]["answer"]> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      // TypeScript does not see that question and ask belong together when both are generic.
      this.#send({ type: "ask", id, question, ask } as ScopeRequest);
    });
  }

  settle(update: Extract<ScopeUpdate, { type: "answer" | "refusal" }>): void {
    const pending = this.#pending.get(update.id);
    this.#pending.delete(update.id);
    if (update.type === "answer") pending?.resolve(update.answer as never);
    else pending?.reject(new Error(update.message));
  }
}
