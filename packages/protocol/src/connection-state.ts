import { closeAction } from "./close-codes.ts";

/** How a live connection stands. Immutable; `nextState` is the only way from one to the next. */
export type ConnectionState =
  /** A socket is being opened, or is open and waits for `welcome`. `reason`: why the one before it was lost. */
  | { readonly name: "connecting"; readonly attempt: number; readonly reason?: string; readonly wasRefused?: true }
  | { readonly name: "open"; readonly attempt: number; readonly sinceMs: number }
  /** Nothing is open; the next attempt is made at `retryAtMs`. `wasRefused`: one more refused ticket is final. */
  | {
      readonly name: "waiting";
      readonly attempt: number;
      readonly retryAtMs: number;
      readonly reason: string;
      readonly wasRefused?: true;
    }
  /** For good: the caller stopped, or the server said that trying again unchanged is useless. */
  | { readonly name: "closed"; readonly reason: string };

/** What happens to a connection. */
export type ConnectionEvent =
  | { readonly type: "welcomed" }
  /** `waitMs`: not before that, as the server asked. `hasTickets`: another ticket can be had. */
  | {
      readonly type: "lost";
      readonly code: number;
      readonly reason: string;
      readonly waitMs?: number;
      readonly hasTickets?: boolean;
    }
  /** There cannot be a connection, now or later: the address is no address. */
  | { readonly type: "failed"; readonly reason: string }
  /** The wait is over, or something suggests that it pays to try now. */
  | { readonly type: "retry" }
  | { readonly type: "stopped" };

type StateName = ConnectionState["name"];
type EventType = ConnectionEvent["type"];
type Transition<S extends StateName, E extends EventType> = (
  state: Extract<ConnectionState, { name: S }>,
  event: Extract<ConnectionEvent, { type: E }>,
  clock: { readonly nowMs: number; readonly random: () => number },
) => ConnectionState;

const LONGEST_WAIT_MS = 30_000;
const FIRST_WAIT_MS = 1_000;
/** A connection that held this long was a good one: the next loss starts counting anew. */
const STABLE_MS = 60_000;

const stay = (state: ConnectionState): ConnectionState => state;
const stop = (): ConnectionState => ({ name: "closed", reason: "stopped" });

/** Every state with every event. */
const TRANSITIONS: { readonly [S in StateName]: { readonly [E in EventType]: Transition<S, E> } } = {
  connecting: {
    welcomed: ({ attempt }, _, { nowMs }) => ({ name: "open", attempt, sinceMs: nowMs }),
    lost: afterLoss,
    failed: (_, { reason }) => ({ name: "closed", reason }),
    retry: stay,
    stopped: stop,
  },
  open: { welcomed: stay, lost: afterLoss, failed: stay, retry: stay, stopped: stop },
  waiting: {
    welcomed: stay,
    lost: stay,
    failed: stay,
    retry: ({ attempt, reason, wasRefused }) => ({
      name: "connecting",
      attempt,
      reason,
      ...(wasRefused && { wasRefused }),
    }),
    stopped: stop,
  },
  closed: { welcomed: stay, lost: stay, failed: stay, retry: stay, stopped: stay },
};

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
  // The table has the function for just this state and this event, which TypeScript cannot follow through two lookups.
  const transition = TRANSITIONS[state.name][event.type] as Transition<StateName, EventType>;
  return transition(state, event, { nowMs, random });
}

function afterLoss(
  state: Extract<ConnectionState, { name: "connecting" | "open" }>,
  { code, reason, waitMs = 0, hasTickets = false }: Extract<ConnectionEvent, { type: "lost" }>,
  { nowMs, random }: { readonly nowMs: number; readonly random: () => number },
): ConnectionState {
  const text = reason || `connection closed with code ${code}`;
  const action = closeAction(code);
  const wasRefused = state.name === "connecting" && state.wasRefused === true;
  const isFinal = action === "stay closed" || (action === "renew ticket" && (wasRefused || !hasTickets));
  if (isFinal) return { name: "closed", reason: text };

  const wasStable = state.name === "open" && nowMs - state.sinceMs >= STABLE_MS;
  const attempt = wasStable || action !== "back off" ? 0 : state.attempt;
  // The cap comes before the random factor, so that many viewers do not all meet at the cap.
  const longest = attempt === 0 ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, 500 * 2 ** attempt);
  return {
    name: "waiting",
    attempt: attempt + 1,
    retryAtMs: nowMs + Math.min(LONGEST_WAIT_MS, waitMs) + random() * longest,
    reason: text,
    ...((wasRefused || action === "renew ticket") && { wasRefused: true }),
  };
}
