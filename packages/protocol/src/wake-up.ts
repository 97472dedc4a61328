interface Emitter {
  addEventListener(type: string, listener: () => void, options: { readonly signal: AbortSignal }): void;
}

/** What is used of a browser's global scope; Node has none of it, and a worker no document. */
type Scope = Partial<Emitter & { readonly document: Emitter & { readonly visibilityState: string } }>;

/** Calls back when the network is there again, and when somebody looks at the page again. */
export function onWakeUp(callBack: () => void, signal: AbortSignal): void {
  // Programs for Node are compiled without a browser's types.
  const anyScope: object = globalThis;
  const scope: Scope = anyScope;
  const { document } = scope;
  scope.addEventListener?.("online", callBack, { signal });
  const callBackIfVisible = () => {
    if (document?.visibilityState === "visible") callBack();
  };
  document?.addEventListener("visibilitychange", callBackIfVisible, { signal });
}
