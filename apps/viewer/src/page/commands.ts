/**
 * Everything that a key can do, in one table: the keyboard, the sheet of keys and the list of commands all read it.
 */
import type { Page } from "./page.svelte.ts";

export interface Command {
  readonly id: string;
  /** What it does, as on a button. */
  readonly title: string;
  readonly group: "Time" | "Windows" | "Show" | "Do";
  /** As people read them: `Shift+N`. Any one of them does it. */
  readonly keys: readonly string[];
  run(): void;
  isAvailable(): boolean;
}

/** A press that a command answers to. */
export interface Binding {
  /** Place on the keyboard (`event.code`), so that WASD stay together on every layout; or, for signs, `event.key`. */
  readonly code?: string;
  readonly key?: string;
  readonly shift?: boolean;
  readonly ctrl?: boolean;
}

/** A command, before it is that of a page. */
export interface CommandRow extends Omit<Command, "run" | "isAvailable" | "keys"> {
  readonly keys: readonly (readonly [string, Binding])[];
  run(page: Page): void;
  isAvailable?(page: Page): boolean;
}

const MINUTE_MS = 60_000;
const isLive = (page: Page) => page.snapshot?.isLive ?? page.source.kind === "session";
const hasWindows = (page: Page) => (page.snapshot?.tally.windows ?? 0) > 0;
const hasAnomaly = (page: Page) => page.snapshot?.hasAnomaly === true;
const hasClasses = (page: Page) => (page.snapshot?.result?.classes.length ?? 0) > 0;
const isRun = (page: Page) => page.source.kind === "run";

export const COMMAND_ROWS: readonly CommandRow[] = [
  {
    id: "hold",
    title: "Hold the view, or follow again",
    group: "Time",
    keys: [["Space", { code: "Space" }]],
    run: (page) => page.toggleHold(),
    isAvailable: isLive,
  },
  {
    id: "follow",
    title: "Back to live",
    group: "Time",
    keys: [["L", { code: "KeyL" }]],
    run: (page) => page.goLive(),
  },
  {
    id: "pan-left",
    title: "Earlier",
    group: "Time",
    keys: [
      ["A", { code: "KeyA" }],
      ["←", { code: "ArrowLeft" }],
    ],
    run: (page) => page.pan(-0.2),
  },
  {
    id: "pan-right",
    title: "Later",
    group: "Time",
    keys: [
      ["D", { code: "KeyD" }],
      ["→", { code: "ArrowRight" }],
    ],
    run: (page) => page.pan(0.2),
  },
  {
    id: "zoom-in",
    title: "Zoom in",
    group: "Time",
    keys: [
      ["W", { code: "KeyW" }],
      ["+", { key: "+" }],
      ["=", { key: "=" }],
    ],
    run: (page) => page.zoom(1.5),
  },
  {
    id: "zoom-out",
    title: "Zoom out",
    group: "Time",
    keys: [
      ["S", { code: "KeyS" }],
      ["−", { key: "-" }],
    ],
    run: (page) => page.zoom(1 / 1.5),
  },
  {
    id: "all",
    title: "Show everything",
    group: "Time",
    keys: [["0", { code: "Digit0" }]],
    run: (page) => page.showAll(),
  },
  span("1", "Show 10 seconds", 10_000),
  span("2", "Show 1 minute", MINUTE_MS),
  span("3", "Show 10 minutes", 10 * MINUTE_MS),
  span("4", "Show 1 hour", 60 * MINUTE_MS),
  {
    id: "previous",
    title: "Previous window",
    group: "Windows",
    keys: [[",", { key: "," }]],
    run: (page) => void page.step(-1),
    isAvailable: hasWindows,
  },
  {
    id: "next",
    title: "Next window",
    group: "Windows",
    keys: [[".", { key: "." }]],
    run: (page) => void page.step(1),
    isAvailable: hasWindows,
  },
  {
    id: "next-mismatch",
    title: "Next mismatch",
    group: "Windows",
    keys: [["N", { code: "KeyN" }]],
    run: (page) => void page.selectNext("mismatch", 1),
    isAvailable: hasWindows,
  },
  {
    id: "previous-mismatch",
    title: "Previous mismatch",
    group: "Windows",
    keys: [["Shift+N", { code: "KeyN", shift: true }]],
    run: (page) => void page.selectNext("mismatch", -1),
    isAvailable: hasWindows,
  },
  {
    id: "next-anomaly",
    title: "Next anomaly",
    group: "Windows",
    keys: [["X", { code: "KeyX" }]],
    run: (page) => void page.selectNext("anomaly", 1),
    isAvailable: hasAnomaly,
  },
  {
    id: "centre",
    title: "Bring the picked window to the middle",
    group: "Windows",
    keys: [["Enter", { code: "Enter" }]],
    run: (page) => page.centreSelection(),
    isAvailable: hasWindows,
  },
  {
    id: "mark",
    title: "Mark this time, or unmark it",
    group: "Windows",
    keys: [["M", { code: "KeyM" }]],
    run: (page) => page.mark(),
    isAvailable: hasWindows,
  },
  {
    id: "lines",
    title: "Probabilities as lines or as a ribbon",
    group: "Show",
    keys: [["R", { code: "KeyR" }]],
    run: (page) => page.toggleLines(),
    isAvailable: hasClasses,
  },
  {
    id: "overlay-axes",
    title: "Axes over each other or apart",
    group: "Show",
    keys: [],
    run: (page) => page.toggleOverlaidAxes(),
    isAvailable: (page) => (page.snapshot?.result?.axes.length ?? 0) > 1,
  },
  {
    id: "table",
    title: "Table of windows",
    group: "Show",
    keys: [["T", { code: "KeyT" }]],
    run: (page) => page.toggleTable(),
  },
  {
    id: "variant",
    title: "Other variant of the model",
    group: "Show",
    keys: [["V", { code: "KeyV" }]],
    run: (page) => void page.variants.showNext(),
    isAvailable: (page) => page.variants.canSwitch,
  },
  {
    id: "runs",
    title: "List of runs",
    group: "Show",
    keys: [],
    run: (page) => page.toggleRunList(),
  },
  {
    id: "session",
    title: "The whole session",
    group: "Show",
    keys: [],
    run: (page) => page.showSession(),
    isAvailable: isRun,
  },
  {
    id: "beside",
    title: "Take the second run away",
    group: "Show",
    keys: [],
    run: (page) => page.showBeside(undefined),
    isAvailable: (page) => page.source.kind === "run" && page.source.besideRunId !== undefined,
  },
  {
    id: "export",
    title: "Export…",
    group: "Do",
    keys: [["E", { code: "KeyE" }]],
    run: (page) => page.open("export"),
    isAvailable: hasWindows,
  },
  { id: "record", title: "Record on a device…", group: "Do", keys: [], run: (page) => page.open("record") },
  { id: "upload", title: "Upload recordings…", group: "Do", keys: [], run: (page) => page.open("upload") },
  { id: "test-set", title: "Test set…", group: "Do", keys: [], run: (page) => page.open("test-set") },
  {
    id: "speak",
    title: "Say new verdicts aloud to screen readers, or stop it",
    group: "Do",
    keys: [],
    run: (page) => page.toggleSpeaking(),
  },
  {
    id: "commands",
    title: "All commands…",
    group: "Do",
    keys: [["Ctrl+K", { code: "KeyK", ctrl: true }]],
    run: (page) => page.open("commands"),
  },
  { id: "keys", title: "Keys", group: "Do", keys: [["?", { key: "?" }]], run: (page) => page.open("keys") },
  {
    id: "let-go",
    title: "Let go: closes what is open, then the ruler, the picked window, the range, the filter",
    group: "Do",
    keys: [["Esc", { code: "Escape" }]],
    run: (page) => page.letGo(),
  },
];

/** All commands, in the order in which a list shows them. */
export function commands(page: Page): readonly Command[] {
  return COMMAND_ROWS.map((row) => ({
    id: row.id,
    title: row.title,
    group: row.group,
    keys: row.keys.map(([name]) => name),
    run: () => row.run(page),
    isAvailable: () => row.isAvailable?.(page) ?? true,
  }));
}

function span(digit: string, title: string, spanMs: number): CommandRow {
  return {
    id: `span-${digit}`,
    title,
    group: "Time",
    keys: [[digit, { code: `Digit${digit}` }]],
    run: (page) => page.showSpan(spanMs),
  };
}
