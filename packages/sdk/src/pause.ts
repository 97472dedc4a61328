import { onAbort } from "./on-abort.ts";

/**
 * Waits, and stops waiting when told to.
 *
 * @param onStart Gets what ends the pause before its time; its timer goes on, and does nothing more.
 * @throws The signal's reason when it aborts.
 */
export function pause(ms: number, signal: AbortSignal | undefined, onStart?: (end: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(end, ms);
    const leave = onAbort(signal, () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    });
    onStart?.(end);
    function end() {
      leave();
      resolve();
    }
  });
}
