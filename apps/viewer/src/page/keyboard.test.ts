import { beforeEach, describe, expect, it, vi } from "vitest";

import { page, scope } from "./fresh-page.ts";
import { takeKey, type KeyPress } from "./keyboard.ts";
import type { Page } from "./page.svelte.ts";
import { run, snapshot } from "./test-snapshot.ts";

beforeEach(async () => {
  page.variants.offer(["int8", "float32"], () => Promise.resolve("run-2"));
  const source = { kind: "session" } as const;
  scope.push({ type: "snapshot", snapshot: snapshot({ source, isLive: true, wallClockMs: 0, hasAnomaly: true }) });
  scope.push({ type: "runs", runs: [run], testRuns: [], recordings: [], isCaughtUp: true });
  await scope.settle();
});

function press(code: string, more: Partial<KeyPress> = {}): KeyPress {
  const key = code.replace(/^(Key|Digit)/, "").toLowerCase();
  return {
    code,
    key,
    shiftKey: false,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    defaultPrevented: false,
    ...more,
  };
}

const leave = vi.fn();
const nowhere = { isField: false, isSlider: false, isButton: false, leave };

beforeEach(() => leave.mockClear());

describe("takeKey", () => {
  it.each<[KeyPress, keyof Page, ...unknown[]]>([
    [press("Space"), "toggleHold"],
    [press("KeyL"), "follow"],
    [press("KeyA"), "pan", -0.2],
    [press("ArrowLeft"), "pan", -0.2],
    [press("KeyD"), "pan", 0.2],
    [press("ArrowRight"), "pan", 0.2],
    [press("KeyW"), "zoom", 1.5],
    [press("KeyS"), "zoom", 1 / 1.5],
    [press("Equal", { key: "+", shiftKey: true }), "zoom", 1.5],
    [press("NumpadAdd", { key: "+" }), "zoom", 1.5],
    [press("Slash", { key: "-" }), "zoom", 1 / 1.5],
    [press("Digit0"), "showAll"],
    [press("Digit1"), "showSpan", 10_000],
    [press("Digit2"), "showSpan", 60_000],
    [press("Digit3"), "showSpan", 600_000],
    [press("Digit4"), "showSpan", 3_600_000],
    [press("Comma", { key: "," }), "step", -1],
    [press("Period", { key: "." }), "step", 1],
    [press("KeyN"), "selectNext", "mismatch", 1],
    [press("KeyN", { key: "N", shiftKey: true }), "selectNext", "mismatch", -1],
    [press("KeyX"), "selectNext", "anomaly", 1],
    [press("Enter"), "centreSelection"],
    [press("KeyM"), "mark"],
    [press("KeyR"), "toggleLines"],
    [press("KeyT"), "toggleTable"],
    [press("KeyE"), "open", "export"],
    [press("KeyK", { ctrlKey: true }), "open", "commands"],
    [press("KeyK", { metaKey: true }), "open", "commands"],
    [press("Minus", { key: "?", shiftKey: true }), "open", "keys"],
    [press("Escape"), "letGo"],
  ])("%o does %s", (pressed, method, ...args) => {
    const spy = vi.spyOn(page, method as "letGo").mockReturnValue(undefined);

    expect(takeKey(page, pressed, nowhere)).toBe(true);

    expect(spy).toHaveBeenCalledExactlyOnceWith(...args);
  });

  it("V shows the other variant", () => {
    const spy = vi.spyOn(page.variants, "showNext").mockResolvedValue(undefined);
    scope.push({
      type: "snapshot",
      snapshot: snapshot({
        source: { kind: "session" },
        newest: { ...snapshot().newest!, runId: run.runId },
        version: 2,
      }),
    });

    expect(takeKey(page, press("KeyV"), nowhere)).toBe(true);

    expect(spy).toHaveBeenCalledOnce();
  });

  it("goes by the place on the keyboard, so that WASD stay together on every layout", () => {
    const pan = vi.spyOn(page, "pan");
    takeKey(page, press("KeyD", { key: "e" }), nowhere);

    expect(pan).toHaveBeenCalledWith(0.2);
  });

  it("leaves the browser its own keys, and a field what is typed into it", () => {
    expect(takeKey(page, press("ArrowLeft", { altKey: true }), nowhere)).toBe(false);
    expect(takeKey(page, press("KeyR", { ctrlKey: true }), nowhere)).toBe(false);
    expect(takeKey(page, press("Digit0", { ctrlKey: true }), nowhere)).toBe(false);
    expect(takeKey(page, press("Equal", { key: "+", ctrlKey: true }), nowhere)).toBe(false);
    expect(takeKey(page, press("KeyN"), { ...nowhere, isField: true })).toBe(false);
    expect(takeKey(page, press("KeyN", { defaultPrevented: true }), nowhere)).toBe(false);
    expect(takeKey(page, press("KeyQ"), nowhere)).toBe(false);
  });

  it("leaves a button Space and Enter, but not the other keys", () => {
    const onButton = { ...nowhere, isButton: true };

    expect(takeKey(page, press("Space"), onButton)).toBe(false);
    expect(takeKey(page, press("Enter"), onButton)).toBe(false);
    expect(takeKey(page, press("KeyL"), onButton)).toBe(true);
  });

  it("leaves a slider what moves it, and takes the other keys", () => {
    const onSlider = { ...nowhere, isSlider: true };
    const exports = vi.spyOn(page, "open");

    for (const code of ["ArrowLeft", "ArrowRight", "ArrowUp", "Home", "End", "PageUp", "PageDown"]) {
      expect(takeKey(page, press(code), onSlider)).toBe(false);
    }
    expect(takeKey(page, press("KeyE"), onSlider)).toBe(true);
    expect(exports).toHaveBeenCalledWith("export");
  });

  it.each(["isSlider", "isField"])("Esc leaves what has the keyboard before it lets go of anything (%s)", (kind) => {
    const letGo = vi.spyOn(page, "letGo");

    expect(takeKey(page, press("Escape"), { ...nowhere, [kind]: true })).toBe(true);

    expect(leave).toHaveBeenCalledOnce();
    expect(letGo).not.toHaveBeenCalled();
  });

  it("takes only Esc while something lies over the page", () => {
    page.open("keys");

    expect(takeKey(page, press("KeyA"), nowhere)).toBe(false);
    expect(takeKey(page, press("Escape"), nowhere)).toBe(true);
    expect(page.overlay).toBe("none");
  });

  it("has no Hold for a run that is over, and L leads from there to the session", async () => {
    page.showRun("run-1");
    scope.push({ type: "snapshot", snapshot: snapshot() });
    await scope.settle();

    expect(takeKey(page, press("Space"), nowhere)).toBe(false);
    expect(takeKey(page, press("KeyL"), nowhere)).toBe(true);
    expect(page.source).toEqual({ kind: "session" });
  });
});
