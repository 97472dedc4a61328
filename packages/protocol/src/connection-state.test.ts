import { describe, expect, it } from "vitest";

import { nextState, type ConnectionEvent, type ConnectionState } from "./connection-state.ts";

const NOW = 1_000_000;
const states: Record<ConnectionState["name"], ConnectionState> = {
  connecting: { name: "connecting", attempt: 2 },
  open: { name: "open", attempt: 2, sinceMs: NOW - 1_000 },
  waiting: { name: "waiting", attempt: 2, retryAtMs: NOW + 500, reason: "lost" },
  closed: { name: "closed", reason: "stopped" },
};

function lost(code: number, waitMs?: number): ConnectionEvent {
  return { type: "lost", code, reason: "", ...(waitMs !== undefined && { waitMs }) };
}

/** The state after `event`, with the longest random wait. */
function after(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  return nextState(state, event, NOW, () => 1);
}

describe("nextState", () => {
  // Every state with every event; a name stands for the state that follows.
  it.each<[ConnectionState["name"], ConnectionEvent, ConnectionState["name"]]>([
    ["connecting", { type: "welcomed" }, "open"],
    ["connecting", lost(1006), "waiting"],
    ["connecting", { type: "retry" }, "connecting"],
    ["connecting", { type: "stopped" }, "closed"],
    ["open", { type: "welcomed" }, "open"],
    ["open", lost(1006), "waiting"],
    ["open", { type: "retry" }, "open"],
    ["open", { type: "stopped" }, "closed"],
    ["waiting", { type: "welcomed" }, "waiting"],
    ["waiting", lost(1006), "waiting"],
    ["waiting", { type: "retry" }, "connecting"],
    ["waiting", { type: "stopped" }, "closed"],
    ["closed", { type: "welcomed" }, "closed"],
    ["closed", lost(1006), "closed"],
    ["closed", { type: "retry" }, "closed"],
    ["closed", { type: "stopped" }, "closed"],
  ])("goes from %s on %o to %s", (from, event, to) => {
    expect(after(states[from], event).name).toBe(to);
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

  it("[P21] begins anew after a connection that held for a minute, not after a short one", () => {
    const long = after({ name: "open", attempt: 6, sinceMs: NOW - 60_000 }, lost(1006));
    const short = after({ name: "open", attempt: 6, sinceMs: NOW - 59_999 }, lost(1006));

    expect(long).toMatchObject({ attempt: 1, retryAtMs: NOW + 1_000 });
    expect(short).toMatchObject({ attempt: 7, retryAtMs: NOW + 30_000 });
  });

  it.each([1000, 1009, 4400, 4409, 4499])("stays closed after close code %i", (code) => {
    expect(after(states.open, lost(code)).name).toBe("closed");
  });

  it.each([1001, 1012, 4200, 4299])("reconnects within a second after close code %i, whatever came before", (code) => {
    expect(after({ name: "open", attempt: 9, sinceMs: NOW }, lost(code))).toMatchObject({ retryAtMs: NOW + 1_000 });
  });

  it.each([1006, 1011, 1013, 4108, 4199, 4999])("backs off after close code %i", (code) => {
    expect(after({ name: "open", attempt: 3, sinceMs: NOW }, lost(code))).toMatchObject({ retryAtMs: NOW + 4_000 });
  });

  it("adds the wait that the server asked for in bye", () => {
    expect(after(states.open, lost(1012, 3_000))).toMatchObject({ retryAtMs: NOW + 4_000 });
  });
});
