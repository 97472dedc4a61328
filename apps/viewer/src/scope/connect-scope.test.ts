import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";

import { connectScope } from "./connect-scope.ts";

class FakeWorker {
  static last: FakeWorker;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onerror: ((event: { readonly message: string }) => void) | null = null;
  readonly terminate = vi.fn();
  readonly postMessage = vi.fn();

  constructor() {
    FakeWorker.last = this;
    queueMicrotask(() => this.onmessage?.({ data: { type: "ready" } }));
  }
}

let stop: AbortController;

beforeEach(() => {
  stop = new AbortController();
  vi.stubGlobal("Worker", FakeWorker);
  vi.stubGlobal("document", { addEventListener: vi.fn() });
  vi.stubGlobal("HTMLCanvasElement", { prototype: { transferControlToOffscreen: vi.fn() } });
  vi.stubGlobal(
    "OffscreenCanvas",
    class {
      getContext = () => ({});
    },
  );
});

afterEach(() => vi.unstubAllGlobals());

it("ends a worker that fails after its start, and says why", async () => {
  const onLost = vi.fn();
  await connectScope(stop.signal, onLost);
  FakeWorker.last.onerror?.({ message: "RangeError: out of memory" });

  expect(onLost.mock.calls).toEqual([["RangeError: out of memory"]]);
  expect(FakeWorker.last.terminate).toHaveBeenCalledOnce();
});

it("does not miss a worker that it has ended itself", async () => {
  const onLost = vi.fn();
  await connectScope(stop.signal, onLost);
  stop.abort();
  FakeWorker.last.onerror?.({ message: "late" });

  expect(onLost).not.toHaveBeenCalled();
});

it("goes on without a worker that does not start, and leaves no timer behind", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const connecting = connectScope(stop.signal, vi.fn());
  FakeWorker.last.onmessage = null;
  FakeWorker.last.onerror?.({ message: "blocked" });
  const port = await connecting;
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  const heard = new Promise((resolve) => (port.onmessage = ({ data }) => resolve(data)));
  port.postMessage({ type: "ask", id: 1, question: "rows", ask: { from: 0, to: 1 } });

  expect(await heard).toEqual({ type: "answer", id: 1, answer: [] });
  expect(FakeWorker.last.terminate).toHaveBeenCalledOnce();
});

it("leaves no scope behind when it is ended while its worker starts", async () => {
  const starting = connectScope(stop.signal, vi.fn());
  stop.abort();
  const port = await starting;
  port.onmessage = vi.fn();
  port.postMessage({ type: "ask", id: 1, question: "rows", ask: { from: 0, to: 1 } });
  await new Promise((resolve) => setImmediate(resolve));

  expect(FakeWorker.last.terminate).toHaveBeenCalledOnce();
  expect(port.onmessage).not.toHaveBeenCalled();
});
