import { describe, expect, it } from "vitest";

import { result, run, snapshot, windowRecord } from "../page/test-snapshot.ts";
import { mediaKindOf, shownRun } from "./media-kind.ts";
import { Playback } from "./playback.svelte.ts";

describe("mediaKindOf", () => {
  it.each([
    ["movement", {}, "none"],
    ["a picture by its axis", { axes: [{ name: "image", units: "rgba" }] }, "image"],
    ["objects", { kinds: ["objects"] }, "image"],
    ["an anomaly over a picture", { kinds: ["anomaly-grid"] }, "image"],
    ["sound by its name", { axes: [{ name: "audio", units: "wav" }] }, "audio"],
    ["sound by its rate", { intervalMs: 0.0625 }, "audio"],
  ] as const)("knows %s", (_, change, kind) => {
    expect(mediaKindOf({ ...result, ...change })).toBe(kind);
  });

  it("waits for the first result", () => {
    expect(mediaKindOf(undefined)).toBe("none");
  });
});

describe("shownRun", () => {
  const second = { ...run, runId: "run-2" };
  const placed = [
    { run, startMs: 0, endMs: 10_000 },
    { run: second, startMs: 20_000, endMs: 30_000 },
  ];

  it("is the one of the picked window", () => {
    const current = windowRecord(3, { runId: "run-2" });
    expect(shownRun({ snapshot: snapshot({ placed }), current })).toMatchObject({ startMs: 20_000 });
  });

  it("is the newest of a session, and the run itself when another one is beside it", () => {
    const session = snapshot({ placed, source: { kind: "session" } });
    expect(shownRun({ snapshot: session, current: undefined })?.run.runId).toBe("run-2");
    expect(shownRun({ snapshot: snapshot({ placed }), current: undefined })?.run.runId).toBe("run-1");
    expect(shownRun({ snapshot: undefined, current: undefined })).toBeUndefined();
  });
});

describe("Playback", () => {
  it("has its place on the clock while there is something to listen to", () => {
    const playback = new Playback();
    expect(playback.cursorMs).toBeUndefined();

    playback.loaded("run-2", 20_000);
    playback.moved(1_500);
    expect(playback.cursorMs).toBe(21_500);

    // A session that grows at its front moves its runs.
    playback.loaded("run-2", 25_000);
    expect(playback.cursorMs).toBe(26_500);

    playback.loaded("run-3", 40_000);
    expect(playback.cursorMs).toBe(40_000);

    playback.unloaded();
    expect(playback.cursorMs).toBeUndefined();
  });
});
