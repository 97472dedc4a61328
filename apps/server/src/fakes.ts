/** For tests: a `Studio` that answers from memory, requests in JSON, and a pause that obeys a faked clock. */
import type { Studio } from "@windowscope/sdk";
import type { Schemas } from "@windowscope/sdk/api-types";

type Answer = Omit<Schemas["ClassifySampleResponse"], "success" | "error">;

/** Four readings a second on one axis; windows of a second, half a second apart. */
export function classifyAnswer(
  windows: number,
  classes: Readonly<Record<string, number>> = { idle: 0.75, wave: 0.25 },
): Answer {
  const readings = windows === 0 ? 2 : 4 + (windows - 1) * 2;
  const learnBlock = { id: 3, type: "keras", name: "Classifier", title: "Classification", dsp: [2] };
  return {
    classifications: [
      {
        learnBlock,
        result: Array.from({ length: windows }, () => ({ ...classes })),
        expectedLabels: [{ startIndex: 0, endIndex: readings - 1, label: "idle" }],
        intervalMs: 250,
        minimumConfidenceRating: 0.6,
      },
      {
        learnBlock: { ...learnBlock, id: 4, type: "anomaly" },
        result: Array.from({ length: windows }, (_, i) => ({ anomaly: i === 1 ? 0.5 : -0.25 })),
        expectedLabels: [],
        minimumConfidenceRating: 0.3,
      },
    ],
    sample: {
      sample: { id: 7, filename: "idle.7", label: "idle", intervalMs: 250, valuesCount: readings } as Schemas["Sample"],
      payload: {
        device_type: "TEST",
        sensors: [{ name: "accX", units: "m/s2" }],
        values: Array.from({ length: readings }, (_, i) => [i]),
        intervalMs: 250,
      },
      totalPayloadLength: readings,
    },
    windowSizeMs: 1000,
    windowIncreaseMs: 500,
    alreadyInDatabase: false,
  };
}

/** What a faked operation gets, and what it answers or throws. */
type Handler = (
  path: Record<string, number>,
  query: Record<string, unknown>,
  body?: unknown,
) => object | Promise<object>;

export interface FakeStudio extends Studio {
  /** Operations that were called, in order. */
  readonly calls: string[];
  /** Replaces how an operation answers. */
  answer(operation: string, handler: Handler): void;
}

/** A Studio with one project that classifies everything at once, into three windows. */
export function createFakeStudio(handlers: Readonly<Record<string, Handler>> = {}): FakeStudio {
  const calls: string[] = [];
  const all = new Map<string, Handler>(
    Object.entries({
      listProjects: () => ({ projects: [{ id: 1, name: "Test", description: "" }] }),
      getProjectLastModificationDate: () => ({}),
      listSamples: () => ({ samples: [], totalCount: 0 }),
      getSample: () => classifyAnswer(3).sample,
      classifySampleV2: () => classifyAnswer(3),
      ...handlers,
    }),
  );
  return {
    baseUrl: "http://studio.test",
    calls,
    answer: (operation, handler) => void all.set(operation, handler),
    call: (operation, ...[request]) => answerTo(operation, request),
    send: ({ operation }, ...[request]) => answerTo(operation, request),
  };

  async function answerTo(
    operation: string,
    request: { path?: unknown; query?: unknown; body?: unknown; signal?: AbortSignal | undefined } = {},
  ): Promise<never> {
    calls.push(operation);
    // A signal of its own for each call, since listeners are never taken off again.
    const signal = request.signal && AbortSignal.any([request.signal]);
    signal?.throwIfAborted();
    const handler = all.get(operation);
    if (!handler) throw new Error(`The fake Studio has no ${operation}.`);
    const aborted = new Promise<never>((_resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
    const answering = handler(
      (request.path ?? {}) as Record<string, number>,
      (request.query ?? {}) as Record<string, unknown>,
      ...(request.body === undefined ? [] : [request.body]),
    );
    const answer = await Promise.race([answering, aborted]);
    return (answer instanceof ArrayBuffer ? answer : { success: true, ...answer }) as never;
  }
}

/** Asks routes that answer in JSON whatever they answer. */
export async function requestJson(
  app: { request(path: string, init: RequestInit): Response | Promise<Response> },
  method: string,
  path: string,
  body?: Readonly<Record<string, unknown>>,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await app.request(path, {
    method,
    headers: { "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Waits on the global timer, which Vitest can fake; those of `node:timers/promises` it cannot. */
export async function fakeablePause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", stop);
    function done() {
      signal.removeEventListener("abort", stop);
      resolve();
    }
    function stop() {
      clearTimeout(timer);
      reject(signal.reason as Error);
    }
  });
}
