import { expect, it } from "vitest";

import { runOf } from "./fixtures.ts";
import { portPair } from "./port-pair.ts";
import { fillInRepeatedRuns, leaveOutRepeatedRuns, type Crossing } from "./repeated-runs.ts";
import type { ScopeRequest, ScopeUpdate, Snapshot } from "./scope-port.ts";

it("sends the runs of a session again only when they have changed", async () => {
  const crossed: Crossing[] = [];
  const [page, worker] = portPair<ScopeRequest, Crossing>((message) => structuredClone(message));
  const scope = leaveOutRepeatedRuns({
    ...worker,
    postMessage: (update: Crossing) => {
      crossed.push(update);
      worker.postMessage(update);
    },
  });
  const heard: ScopeUpdate[] = [];
  fillInRepeatedRuns(page).onmessage = ({ data }) => heard.push(data);
  const placed = [{ run: runOf("run-a"), startMs: 0, endMs: 1 }];
  const tell = (snapshot: Partial<Snapshot>) => scope.postMessage({ type: "snapshot", snapshot: snapshot as Snapshot });

  tell({ placed, version: 1 });
  tell({ placed, version: 2 });
  scope.postMessage({ type: "wantsTicket", id: 1 });
  tell({ placed: [], version: 3 });
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();

  expect(crossed.map(({ type }) => type)).toEqual(["snapshot", "snapshot again", "wantsTicket", "snapshot"]);
  const snapshots = heard.flatMap((update) => (update.type === "snapshot" ? [update.snapshot] : []));
  expect(snapshots.map(({ version, placed: runs }) => [version, runs.length])).toEqual([
    [1, 1],
    [2, 1],
    [3, 0],
  ]);
  expect(snapshots[1]?.placed).toBe(snapshots[0]?.placed);
});
