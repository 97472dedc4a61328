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
  const leaves = signals.map((signal) => signal && follow(signal, either));
  return { signal: either.signal, release: () => leaves.forEach((leave) => leave?.()) };
}

/** Whom each signal aborts. One listener serves them all: Node takes more than ten on a signal for a leak, and says so. */
const followers = new WeakMap<AbortSignal, { readonly all: Set<AbortController>; readonly listener: () => void }>();

/** @returns Ends it; again does no harm. */
function follow(signal: AbortSignal, follower: AbortController): () => void {
  if (signal.aborted) {
    follower.abort(signal.reason);
    return () => undefined;
  }
  const { all, listener } = followers.get(signal) ?? beginWith(signal);
  all.add(follower);
  return () => {
    if (!all.delete(follower) || all.size > 0) return;
    signal.removeEventListener("abort", listener);
    followers.delete(signal);
  };
}

function beginWith(signal: AbortSignal) {
  const all = new Set<AbortController>();
  const listener = () => {
    for (const each of all) each.abort(signal.reason);
  };
  signal.addEventListener("abort", listener, { once: true });
  const begun = { all, listener };
  followers.set(signal, begun);
  return begun;
}
