import type { ScopeHost } from "./scope.ts";

/** A browser, or a worker in one. */
export const PLATFORM: ScopeHost = {
  nextFrame(callback) {
    // Some workers have no frames of their own.
    if (typeof requestAnimationFrame === "function") {
      const frame = requestAnimationFrame(callback);
      return () => cancelAnimationFrame(frame);
    }
    const timer = setTimeout(callback, FRAME_MS);
    return () => clearTimeout(timer);
  },
  // Not a timer of 0 ms: browsers stretch those to 4 ms when they come one after another.
  pause: () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    }),
};

const FRAME_MS = 16;
