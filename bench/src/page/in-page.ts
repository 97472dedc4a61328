/** What runs in the page and in its worker, to see from inside what a person would see. Each function stands alone. */

/** What the page has been watched doing. */
export interface Watched {
  /** When the overview first had more than one colour, ms from the navigation. */
  overviewAtMs: number | undefined;
  /** What the scope said last. */
  snapshot:
    | {
        readonly bytes: number;
        readonly windows: number;
        /** Name of the sample whose run came last, once all its windows are there. */
        readonly newestComplete: string | undefined;
      }
    | undefined;
  /** Timers that are set and have not run. */
  timers: Set<unknown>;
  /** When frames began, ms. */
  frames: number[];
}

declare global {
  var watched: Watched;
}

/** Counts the timers of a thread; runs before anything else in the page, and first of all in the worker. */
export function watchTimers(): void {
  globalThis.watched ??= { overviewAtMs: undefined, snapshot: undefined, timers: new Set(), frames: [] };
  const { timers } = globalThis.watched;
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  globalThis.setTimeout = ((callback: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) => {
    const timer = set(() => {
      timers.delete(timer);
      callback(...given);
    }, ms);
    timers.add(timer);
    return timer;
  }) as typeof setTimeout;
  globalThis.clearTimeout = ((timer: ReturnType<typeof setTimeout>) => {
    timers.delete(timer);
    clear(timer);
  }) as typeof clearTimeout;
}

/**
 * Waits for the overview's first picture, and hears what the scope tells. Runs before anything else in the page.
 *
 * @param lastIndex Of the last window of every run of a session.
 */
export function watchPage(lastIndex: number): void {
  const { watched } = globalThis;
  const look = () => {
    const canvas = document.querySelector<HTMLCanvasElement>(".overview canvas");
    if (canvas && canvas.width > 1 && canvas.height > 1) {
      const { width, height } = canvas;
      const copy = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
      copy?.drawImage(canvas, 0, 0);
      const pixels = new Uint32Array(copy?.getImageData(0, 0, width, height).data.buffer ?? []);
      // Transparent is what a canvas is before it is drawn on.
      const colours = new Set([...pixels].filter((pixel) => pixel !== 0));
      if (colours.size > 1) {
        watched.overviewAtMs = performance.now();
        return;
      }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);

  interface Told {
    readonly type?: string;
    readonly snapshot?: {
      readonly bytes: number;
      readonly tally: { readonly windows: number };
      /** What is new of it; absent while it is the same as before. */
      readonly placed?: {
        readonly tail: readonly { readonly run: { readonly runId: string; readonly sampleName: string } }[];
      };
      readonly newest?: { readonly runId: string; readonly index: number };
    };
  }
  let last: { readonly runId: string; readonly sampleName: string } | undefined;
  globalThis.Worker = class extends Worker {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given);
      this.addEventListener("message", ({ data }: MessageEvent<Told>) => {
        if (!data.type?.startsWith("snapshot") || !data.snapshot) return;
        const { bytes, tally, placed, newest } = data.snapshot;
        last = placed?.tail.at(-1)?.run ?? last;
        const isComplete = newest !== undefined && newest.runId === last?.runId && newest.index === lastIndex;
        watched.snapshot = { bytes, windows: tally.windows, newestComplete: isComplete ? last?.sampleName : undefined };
      });
    }
  };
}

/** Notes when each frame of a thread begins, if it draws one. */
export function watchFrames(): void {
  const { watched } = globalThis;
  const request = globalThis.requestAnimationFrame;
  globalThis.requestAnimationFrame = (callback) =>
    request((ms) => {
      watched.frames.push(performance.now());
      callback(ms);
    });
}
