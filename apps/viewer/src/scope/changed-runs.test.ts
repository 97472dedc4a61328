import { describe, expect, it } from "vitest";

import { fillInRuns, sendChangedRuns, type Crossing } from "./changed-runs.ts";
import { runOf } from "./fixtures.ts";
import { portPair } from "./port-pair.ts";
import type { PlacedRun, ScopeRequest, ScopeUpdate, Snapshot } from "./scope-port.ts";

/** Both ends, with what crosses between them and what the page hears. */
function connect() {
  const crossed: Crossing[] = [];
  const heard: ScopeUpdate[] = [];
  const [page, worker] = portPair<ScopeRequest, Crossing>((message) => structuredClone(message));
  const scope = sendChangedRuns({
    ...worker,
    postMessage: (update: Crossing) => {
      crossed.push(update);
      worker.postMessage(update);
    },
  });
  fillInRuns(page).onmessage = ({ data }) => heard.push(data);
  return {
    crossed,
    heard,
    tell: async (update: ScopeUpdate) => {
      scope.postMessage(update);
      for (let turn = 0; turn < 3; turn++) await Promise.resolve();
    },
  };
}

function snapshot(placed: readonly PlacedRun[], version = 1): ScopeUpdate {
  return { type: "snapshot", snapshot: { placed, version } as Snapshot };
}

function runs(list: readonly ReturnType<typeof runOf>[]): ScopeUpdate {
  return { type: "runs", runs: list, testRuns: [], recordings: [], isCaughtUp: true };
}

const placedOf = (n: number) => ({ run: runOf(`run-${n}`), startMs: n, endMs: n + 1 });

describe("sendChangedRuns and fillInRuns", () => {
  it("send no run while none has changed, and the page gets the list that it has", async () => {
    const { crossed, heard, tell } = connect();
    const placed = [placedOf(1)];
    await tell(snapshot(placed, 1));
    await tell(snapshot(placed, 2));
    await tell({ type: "wantsTicket", id: 1 });
    await tell(snapshot([], 3));

    expect(crossed[1]).toMatchObject({ snapshot: { placed: undefined, version: 2 } });
    const [first, second, , last] = heard as { readonly snapshot: Snapshot }[];
    expect(first?.snapshot.placed).toEqual(placed);
    expect(second?.snapshot.placed).toBe(first?.snapshot.placed);
    expect(last?.snapshot.placed).toEqual([]);
  });

  it("send one run of thousands where one came at the end and one went at the beginning", async () => {
    const { crossed, heard, tell } = connect();
    const placed = Array.from({ length: 2_000 }, (_, n) => placedOf(n));
    await tell(snapshot(placed));
    const later = [...placed.slice(1), placedOf(2_000)];
    await tell(snapshot(later));

    expect(crossed[1]).toMatchObject({ snapshot: { placed: { head: [], from: 1, to: 2_000, tail: [later.at(-1)] } } });
    const [first, second] = heard as { readonly snapshot: Snapshot }[];
    expect(second?.snapshot.placed).toEqual(later);
    expect(second?.snapshot.placed[0]).toBe(first?.snapshot.placed[1]);
  });

  it("send the new state of the newest run alone", async () => {
    const { crossed, heard, tell } = connect();
    const list = Array.from({ length: 500 }, (_, n) => runOf(`run-${n}`));
    await tell(runs(list));
    const next = [runOf("run-0", { windows: 9 }), ...list.slice(1)];
    await tell(runs(next));

    expect(crossed[1]).toMatchObject({ runs: { head: [next[0]], from: 1, to: 500, tail: [] } });
    expect(heard[1]).toEqual(runs(next));
  });

  it("give the page what the scope said, whatever has changed", async () => {
    const all = Array.from({ length: 5 }, (_, n) => placedOf(n));
    // Every order and every part of five runs, one after another.
    const lists = Array.from({ length: 6 ** 5 }, (_, code) => {
      const places = all.map((_, n) => Math.floor(code / 6 ** n) % 6);
      return all.filter((_, n) => places[n] !== 5).sort((a, b) => (places[a.startMs] ?? 0) - (places[b.startMs] ?? 0));
    });
    const { heard, tell } = connect();
    for (const list of lists.filter((_, i) => i % 17 === 0)) {
      await tell(snapshot(list));

      expect(heard.pop()).toEqual(snapshot(list));
    }
  });
});
