/**
 * A signal that aborts with the first of some others, as that of `AbortSignal.any` does, until it is let go of.
 *
 * Node 20 never forgets what `AbortSignal.any` has made of a signal: a program that asks every second with one signal
 * grows by megabytes a day.
 *
 * @returns `release`: has to be called when the signal is no longer needed.
 */
export function eitherSignal(...signals: readonly (AbortSignal | undefined)[]): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const either = new AbortController();
  const present = signals.filter((signal) => signal !== undefined);
  const aborted = present.find((signal) => signal.aborted);
  if (aborted) either.abort(aborted.reason);
  const stops = present.map((signal) => {
    const abort = () => either.abort(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    return () => signal.removeEventListener("abort", abort);
  });
  return { signal: either.signal, release: () => stops.forEach((stop) => stop()) };
}
