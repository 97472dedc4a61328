import { describe, expect, it } from "vitest";

import { run, snapshot, windowRecord } from "../page/test-snapshot.ts";
import type { Snapshot } from "../scope/scope-port.ts";
import { findWindow, openRun } from "./open-run.svelte.ts";
import { createTestPage } from "./test-page.ts";

const shown = { kind: "run", runId: "run-1" } as const;

/** So many windows of the run have come. */
function coming(windows: number, change: Partial<typeof run> = {}): Snapshot {
  return snapshot({
    placed: [{ run: { ...run, state: "streaming", ...change }, startMs: 0, endMs: 10_000 }],
    tally: { ...snapshot().tally, windows },
    newest: windowRecord(windows - 1),
  });
}

describe("findWindow", () => {
  it("waits until the window has come", () => {
    expect(findWindow({ source: shown, snapshot: undefined }, "run-1", 6_000)).toBe("coming");
    expect(findWindow({ source: shown, snapshot: coming(50) }, "run-1", 6_000)).toBe("coming");
    expect(findWindow({ source: shown, snapshot: coming(51) }, "run-1", 6_000)).toBe("there");
  });

  it("waits for the windows of a run that is over but not read yet", () => {
    const over = { state: "finished", windows: 101 } as const;
    expect(findWindow({ source: shown, snapshot: coming(10, over) }, "run-1", 6_000)).toBe("coming");
  });

  it("gives up when the run is over without such a window", () => {
    const over = { state: "failed", windows: 11 } as const;
    expect(findWindow({ source: shown, snapshot: coming(11, over) }, "run-1", 6_000)).toBe("never");
  });

  it("gives up when something else is looked at", () => {
    expect(findWindow({ source: { kind: "session" }, snapshot: coming(101) }, "run-1", 0)).toBe("never");
    expect(findWindow({ source: { kind: "run", runId: "run-2" }, snapshot: coming(101) }, "run-1", 0)).toBe("never");
  });
});

describe("openRun", () => {
  it("shows the run", () => {
    const { page } = createTestPage();

    openRun(page, "run-1");

    expect(page.source).toMatchObject(shown);
  });
});
