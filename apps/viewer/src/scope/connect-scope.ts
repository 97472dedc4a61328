import { portPair } from "./port-pair.ts";
import { fillInRuns, type Crossing } from "./changed-runs.ts";
import type { Port, ScopeRequest, ScopeUpdate } from "./scope-port.ts";
import type { Ready } from "./scope-worker.ts";

/** A worker that has not said a word by then never will. */
const START_TIMEOUT_MS = 5_000;

/**
 * Starts the scope in a worker; or on the page, where workers cannot draw or this one does not start.
 *
 * @param signal Ends it.
 * @param onLost The worker has failed: nothing comes from it any more, and the canvases are gone with it.
 */
export async function connectScope(
  signal: AbortSignal,
  onLost: (message: string) => void,
): Promise<Port<ScopeRequest, ScopeUpdate>> {
  const worker = canDrawInWorkers() ? await startWorker(signal, onLost) : undefined;
  const port = worker ? fillInRuns(worker) : await startOnPage(signal);
  // A worker does not hear that somebody looks at the page again.
  const retryIfVisible = () => {
    if (document.visibilityState === "visible") port.postMessage({ type: "retry" });
  };
  document.addEventListener("visibilitychange", retryIfVisible, { signal });
  return port;
}

/**
 * Hands the canvases of the timeline to the scope. Each can be handed over once.
 *
 * Where canvases cannot leave the page, the scope is on the page, and draws on them as they are.
 */
export function handOverCanvases(
  port: Port<ScopeRequest, ScopeUpdate>,
  canvases: { readonly lanes: HTMLCanvasElement; readonly overview: HTMLCanvasElement },
): void {
  if (!("transferControlToOffscreen" in HTMLCanvasElement.prototype)) {
    port.postMessage({ type: "canvases", ...canvases });
    return;
  }
  const lanes = canvases.lanes.transferControlToOffscreen();
  const overview = canvases.overview.transferControlToOffscreen();
  port.postMessage({ type: "canvases", lanes, overview }, [lanes, overview]);
}

function canDrawInWorkers(): boolean {
  if (typeof Worker !== "function" || typeof OffscreenCanvas !== "function") return false;
  if (!("transferControlToOffscreen" in HTMLCanvasElement.prototype)) return false;
  // Some versions have OffscreenCanvas for WebGL alone.
  return new OffscreenCanvas(1, 1).getContext("2d") !== null;
}

async function startWorker(
  signal: AbortSignal,
  onLost: (message: string) => void,
): Promise<Port<ScopeRequest, Crossing> | undefined> {
  let worker: Worker;
  try {
    worker = new Worker(new URL("./scope-worker.ts", import.meta.url), { type: "module", name: "scope" });
  } catch {
    return undefined;
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isReady = await new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), START_TIMEOUT_MS);
    worker.onerror = () => resolve(false);
    worker.onmessage = ({ data }: MessageEvent<Crossing | Ready>) => resolve(data.type === "ready");
  });
  clearTimeout(timer);
  worker.onmessage = null;
  // What it knows after an error cannot be trusted, even where it goes on.
  worker.onerror = ({ message }) => {
    worker.terminate();
    if (!signal.aborted) onLost(message);
  };
  if (!isReady || signal.aborted) {
    worker.terminate();
    return undefined;
  }
  signal.addEventListener("abort", () => worker.terminate(), { once: true });
  return worker as Port<ScopeRequest, Crossing>;
}

/** Its code is loaded only where it is needed. */
async function startOnPage(signal: AbortSignal): Promise<Port<ScopeRequest, ScopeUpdate>> {
  const [{ Scope }, { PLATFORM }] = await Promise.all([import("./scope.ts"), import("./platform.ts")]);
  const [page, scopesEnd] = portPair<ScopeRequest, ScopeUpdate>();
  const scope = new Scope(scopesEnd, PLATFORM);
  // It may have ended while the code was on its way.
  if (signal.aborted) scope.close();
  signal.addEventListener("abort", () => scope.close(), { once: true });
  return page;
}
