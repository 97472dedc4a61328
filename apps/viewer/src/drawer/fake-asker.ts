import type { Page } from "../page/page.svelte.ts";
import type { FakeScope } from "../scope/fake-scope.ts";
import type { WindowRecord } from "../scope/scope-port.ts";

/** Asks a fake scope as the page does. */
export function askerOf(scope: FakeScope): Pick<Page, "ask"> {
  const waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  let asked = 0;
  scope.port.onmessage = ({ data }) => {
    if (data.type === "answer") waiting.get(data.id)?.resolve(data.answer as never);
    if (data.type === "refusal") waiting.get(data.id)?.reject(new Error(data.message));
  };
  return {
    ask: (question, ask) =>
      new Promise((resolve, reject) => {
        const id = asked++;
        waiting.set(id, { resolve, reject });
        scope.port.postMessage({ type: "ask", id, question, ask } as Parameters<typeof scope.port.postMessage>[0]);
      }),
  };
}

/** A window of one second, half a second behind the one before it. */
export function recordOf(ordinal: number, rest: Partial<WindowRecord> = {}): WindowRecord {
  return {
    runId: "run-1",
    index: ordinal,
    sampleId: 7,
    sampleName: "idle.7",
    ordinal,
    startMs: ordinal * 500,
    endMs: ordinal * 500 + 1000,
    scores: [0.75, 0.25],
    verdict: "idle",
    expected: "idle",
    isMismatch: false,
    ...rest,
  };
}
