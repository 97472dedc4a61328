const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when a signal aborts, at once if it has.
 *
 * One listener serves all who listen to the same signal: Node takes more than ten for a leak, and says so.
 * `AbortSignal.any` is no way round that, since Node 20 never forgets what it has made of a signal: a program that asks
 * every second with one signal grows by megabytes a day.
 *
 * @returns Ends it; again does no harm.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  const all = signal && (listeners.get(signal) ?? listenTo(signal));
  if (signal?.aborted) listener();
  else all?.add(listener);
  return () => all?.delete(listener);
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const all = new Set<() => void>();
  signal.addEventListener("abort", () => all.forEach((each) => each()));
  listeners.set(signal, all);
  return all;
}
