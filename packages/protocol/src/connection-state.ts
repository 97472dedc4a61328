/** How a live connection stands. Immutable; `nextState` is the only way from one to the next. */
export type ConnectionState =
  /** A socket is being opened, or is open and waits for `welcome`. `reason`: why the one before it was lost. */
  | { readonly name: "connecting"; readonly attempt: number; readonly reason?: string }
  | { readonly name: "open"; readonly attempt: number; readonly sinceMs: number }
  /** Nothing is open; the next attempt is made at `retryAtMs`. */
  | { readonly name: "waiting"; readonly attempt: number; readonly retryAtMs: number; readonly reason: string }
  /** For good: the caller stopped, or the server said that trying again unchanged is useless. */
  | { readonly name: "closed"; readonly reason: string };

/** What happens to a connection. */
export type ConnectionEvent =
  | { readonly type: "welcomed" }
  | { readonly type: "lost"; readonly code: number; readonly reason: string; readonly waitMs?: number }
  /** The wait is over, or something suggests that it pays to try now. */
  | { readonly type: "retry" }
  | { readonly type: "stopped" };

const LONGEST_WAIT_MS = 30_000;
const FIRST_WAIT_MS = 1_000;
/** A connection that held this long was a good one: the next loss starts counting anew. */
const STABLE_MS = 60_000;

/**
 * The state after an event. An event that means nothing in a state leaves it as it is.
 *
 * @param nowMs Time in ms, from any fixed point.
 * @param random Evenly spread over [0, 1).
 */
export function nextState(
  state: ConnectionState,
  event: ConnectionEvent,
  nowMs: number,
  random: () => number,
): ConnectionState {
  switch (event.type) {
    case "welcomed":
      return state.name === "connecting" ? { name: "open", attempt: state.attempt, sinceMs: nowMs } : state;
    case "lost":
      return state.name === "connecting" || state.name === "open" ? afterLoss(state, event, nowMs, random) : state;
    case "retry":
      return state.name === "waiting" ? { name: "connecting", attempt: state.attempt, reason: state.reason } : state;
    case "stopped":
      return state.name === "closed" ? state : { name: "closed", reason: "stopped" };
    default:
      return event satisfies never;
  }
}

function afterLoss(
  state: Extract<ConnectionState, { name: "connecting" | "open" }>,
  { code, reason, waitMs }: Extract<ConnectionEvent, { type: "lost" }>,
  nowMs: number,
  random: () => number,
): ConnectionState {
  const text = reason || `connection closed with code ${code}`;
  const action = actionFor(code);
  if (action === "stay closed") return { name: "closed", reason: text };

  const wasStable = state.name === "open" && nowMs - state.sinceMs >= STABLE_MS;
  const attempt = wasStable || action === "reconnect" ? 0 : state.attempt;
  // The cap comes before the random factor, so that many viewers do not all meet at the cap.
  const longest = attempt === 0 ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, 500 * 2 ** attempt);
  const retryAtMs = nowMs + (waitMs ?? 0) + random() * longest;
  return { name: "waiting", attempt: attempt + 1, retryAtMs, reason: text };
}

/** What SPEC.md's table of close codes tells the client to do. */
function actionFor(code: number): "stay closed" | "reconnect" | "back off" {
  if (code === 1000 || code === 1009) return "stay closed";
  if (code === 1001 || code === 1012) return "reconnect";
  switch (Math.floor(code / 100)) {
    case 42:
      return "reconnect";
    case 44:
      return "stay closed";
    default:
      return "back off";
  }
}
