import { describe, expect, it } from "vitest";

import { nextState, type ConnectionEvent, type ConnectionState } from "./connection-state.ts";

type StateName = ConnectionState["name"];
type EventType = ConnectionEvent["type"];

const NOW = 1_000_000;
const states: { readonly [S in StateName]: ConnectionState } = {
  connecting: { name: "connecting", attempt: 2 },
  open: { name: "open", attempt: 2, sinceMs: NOW - 1_000 },
  waiting: { name: "waiting", attempt: 2, retryAtMs: NOW + 500, reason: "lost" },
  closed: { name: "closed", reason: "stopped" },
};
const events: { readonly [E in EventType]: ConnectionEvent } = {
  welcomed: { type: "welcomed" },
  lost: lost(1006),
  failed: { type: "failed", reason: "no address" },
  retry: { type: "retry" },
  stopped: { type: "stopped" },
};

/** The compiler asks for every pair. */
const following: { readonly [S in StateName]: { readonly [E in EventType]: StateName } } = {
  connecting: { welcomed: "open", lost: "waiting", failed: "closed", retry: "connecting", stopped: "closed" },
  open: { welcomed: "open", lost: "waiting", failed: "open", retry: "open", stopped: "closed" },
  waiting: { welcomed: "waiting", lost: "waiting", failed: "waiting", retry: "connecting", stopped: "closed" },
  closed: { welcomed: "closed", lost: "closed", failed: "closed", retry: "closed", stopped: "closed" },
};
const pairs = Object.entries(following).flatMap(([from, row]) =>
  Object.entries(row).map(([type, to]) => [from as StateName, type as EventType, to] as const),
);

function lost(code: number, more: Partial<Extract<ConnectionEvent, { type: "lost" }>> = {}): ConnectionEvent {
  return { type: "lost", code, reason: "", ...more };
}

/** The state after `event`, with the longest random wait. */
function after(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  return nextState(state, event, NOW, () => 1);
}

describe("nextState", () => {
  it.each(pairs)("goes from %s on %s to %s", (from, type, to) => {
    const state = after(states[from], events[type]);

    expect(state.name).toBe(to);
    if (from === to) expect(state).toBe(states[from]);
  });

  it("[P21] waits longer after each failed attempt, and never longer than 30 s", () => {
    const waits: number[] = [];
    let state: ConnectionState = { name: "connecting", attempt: 0 };
    for (let i = 0; i < 10; i++) {
      state = after(state, lost(1006));
      if (state.name === "waiting") waits.push(state.retryAtMs - NOW);
      state = after(state, { type: "retry" });
    }

    expect(waits).toEqual([1_000, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
  });

  it.each([0, 0.25, 0.999])("[P21] spreads the wait evenly from nothing to its longest: %d of it", (random) => {
    const first = nextState(states.open, lost(4200), NOW, () => random);
    const fifth = nextState({ name: "connecting", attempt: 5 }, lost(1006), NOW, () => random);

    expect(first).toMatchObject({ retryAtMs: NOW + 1_000 * random });
    expect(fifth).toMatchObject({ retryAtMs: NOW + 16_000 * random });
  });

  it("[P21] begins anew after a connection that held for a minute, not after a short one", () => {
    const long = after({ name: "open", attempt: 6, sinceMs: NOW - 60_000 }, lost(1006));
    const short = after({ name: "open", attempt: 6, sinceMs: NOW - 59_999 }, lost(1006));

    expect(long).toMatchObject({ attempt: 1, retryAtMs: NOW + 1_000 });
    expect(short).toMatchObject({ attempt: 7, retryAtMs: NOW + 30_000 });
  });

  it.each([1000, 1009, 4400, 4403, 4404, 4409, 4415, 4499])("stays closed after close code %i", (code) => {
    expect(after(states.open, lost(code, { hasTickets: true }))).toEqual({
      name: "closed",
      reason: `connection closed with code ${code}`,
    });
  });

  it.each([1001, 1012, 4200, 4201, 4202, 4299])(
    "reconnects within a second after close code %i, whatever came before",
    (code) => {
      expect(after({ name: "open", attempt: 9, sinceMs: NOW }, lost(code))).toMatchObject({ retryAtMs: NOW + 1_000 });
    },
  );

  it.each([1002, 1005, 1006, 1008, 1011, 1013, 4108, 4129, 4130, 4199, 4999])(
    "backs off after close code %i",
    (code) => {
      expect(after({ name: "open", attempt: 3, sinceMs: NOW }, lost(code))).toMatchObject({ retryAtMs: NOW + 4_000 });
    },
  );

  it("[P23] tries a refused ticket once anew, also over a lost connection, and then stays closed", () => {
    const refused = lost(4401, { hasTickets: true });
    const once = after(states.connecting, refused);
    const between = after(after(once, events.retry), lost(1006));
    const twice = after(after(between, events.retry), refused);

    expect(once).toMatchObject({ name: "waiting", retryAtMs: NOW + 1_000, wasRefused: true });
    expect(between).toMatchObject({ name: "waiting", wasRefused: true });
    expect(twice.name).toBe("closed");
  });

  it("[P23] has another try for a refused ticket after one that was taken", () => {
    const open = after({ name: "connecting", attempt: 1, wasRefused: true }, events.welcomed);

    expect(after(open, lost(4401, { hasTickets: true }))).toMatchObject({ name: "waiting", wasRefused: true });
  });

  it("[P23] stays closed at once when there is no other ticket to be had", () => {
    expect(after(states.connecting, lost(4401)).name).toBe("closed");
  });

  it("[P21] adds the wait that the server asked for in bye, 30 s at most", () => {
    expect(after(states.open, lost(1012, { waitMs: 3_000 }))).toMatchObject({ retryAtMs: NOW + 4_000 });
    expect(after(states.open, lost(1012, { waitMs: 1e15 }))).toMatchObject({ retryAtMs: NOW + 31_000 });
  });
});
