import { beforeEach, describe, expect, it, vi } from "vitest";

import type { TimeRange } from "../scope/scope-port.ts";
import { run } from "../page/test-snapshot.ts";
import { axisLabels, sayTime } from "./axis-labels.ts";
import { massesOf, OTHERS, pickRows } from "./class-rows.ts";
import { Gestures, type PointerAt } from "./gestures.ts";
import { layOutStack, type StackContent } from "./stack-layout.ts";

const motion: StackContent = {
  axes: 3,
  rows: 4,
  hasAnomaly: true,
  hasValue: false,
  hasBeside: false,
  overlaysAxes: false,
  hidesSignal: false,
  isSmall: false,
};

describe("layOutStack", () => {
  it.each([0, 200, 460, 900, 4_000])("stacks lanes without overlap in %i px", (heightPx) => {
    const { lanes, heightPx: stackPx } = layOutStack({ ...motion, hasBeside: true, hasValue: true }, heightPx);
    lanes.slice(1).forEach((lane, i) => expect(lane.y).toBeGreaterThanOrEqual(lanes[i]!.y + lanes[i]!.heightPx));

    expect(stackPx).toBe(lanes.at(-1)!.y + lanes.at(-1)!.heightPx);
    for (const { y, heightPx: px } of lanes) expect([y % 1, px % 1]).toEqual([0, 0]);
  });

  it("fills the room that there is, and is higher where a lane could not be read", () => {
    expect(layOutStack(motion, 460).heightPx).toBeGreaterThan(450);
    expect(layOutStack(motion, 460).heightPx).toBeLessThanOrEqual(460);
    expect(layOutStack({ ...motion, rows: 40 }, 460).heightPx).toBeGreaterThan(460);
  });

  it("leaves out what an impulse does not have", () => {
    const names = (content: Partial<StackContent>) =>
      layOutStack({ ...motion, ...content }, 500).lanes.map(({ lane }) => lane);

    expect(names({})).toEqual(["signal", "probability", "expected", "predicted", "mismatch", "anomaly"]);
    expect(names({ rows: 0, hasAnomaly: false, hasValue: true })).toEqual([
      "signal",
      "value",
      "expected",
      "predicted",
      "mismatch",
    ]);
    expect(names({ hidesSignal: true, hasBeside: true })).toContain("beside");
    expect(names({ isSmall: true })).toEqual(["probability", "mismatch", "anomaly"]);
    expect(names({ isSmall: true, hasValue: true, rows: 0 })).toEqual(["value", "mismatch", "anomaly"]);
    expect(names({ only: "probability" })).toEqual(["probability"]);
    expect(names({ only: "predicted", isSmall: true })).toEqual(["predicted"]);
  });
});

describe("pickRows", () => {
  const masses = Array.from({ length: 40 }, (_, k) => (k % 5 === 0 ? 100 - k : 1));

  it("gives each class a row while they can be told apart", () => {
    expect(pickRows([1, 2, 3], [], false)).toEqual([0, 1, 2]);
    expect(pickRows(masses.slice(0, 12), [], false)).toHaveLength(12);
  });

  it("shows the most frequent in the order of the model, and all others together", () => {
    expect(pickRows(masses, [], false)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, OTHERS]);
    expect(pickRows(masses, [], true)).toHaveLength(40);
  });

  it("keeps a row until another class is much more frequent", () => {
    const before = pickRows(masses, [], false);
    const little = masses.with(1, 70);
    const much = masses.with(1, 700);

    expect(pickRows(little, before, false)).toEqual(before);
    expect(pickRows(much, before, false)).toContain(1);
  });

  it("counts verdicts in all runs", () => {
    const placed = [run, { ...run, verdicts: { idle: 2, uncertain: 5 } }].map((one) => ({
      run: one,
      startMs: 0,
      endMs: 1,
    }));

    expect(massesOf(["idle", "wave"], placed)).toEqual([103, 0]);
  });
});

describe("axisLabels", () => {
  it("writes times of a session like a clock, and none before it", () => {
    const labels = axisLabels({ startMs: -10_000, endMs: 6_130_000, widthPx: 600 }, true, 0);

    expect(labels[0]).toMatchObject({ text: "00:00:00" });
    expect(labels.at(-1)?.text).toBe("01:30:00");
    expect(labels[0]?.title).toMatch(/^\d\d:\d\d:\d\d$/);
  });

  it("has nothing to say of the time before a session without a run", () => {
    expect(axisLabels({ startMs: -60_000, endMs: 0, widthPx: 600 }, true, undefined).map(({ text }) => text)).toEqual([
      "00:00:00",
    ]);
  });

  it("writes times of a run as seconds", () => {
    expect(axisLabels({ startMs: 0, endMs: 10_000, widthPx: 600 }, false, undefined).map(({ text }) => text)).toEqual([
      "0 s",
      "2 s",
      "4 s",
      "6 s",
      "8 s",
      "10 s",
    ]);
    expect(sayTime(1_234, undefined)).toBe("1.23 s");
  });
});

describe("Gestures", () => {
  let scale = { startMs: 0, endMs: 1_000, widthPx: 100 };
  const stage = {
    get scale() {
      return scale;
    },
    panTo: vi.fn<(range: TimeRange) => void>(),
    zoom: vi.fn<(factor: number, atMs: number) => void>(),
    selectRange: vi.fn<(range: TimeRange | undefined) => void>(),
    measure: vi.fn<(range: TimeRange | undefined) => void>(),
    pickAt: vi.fn<(ms: number) => void>(),
  };
  let gestures: Gestures;

  beforeEach(() => {
    vi.clearAllMocks();
    scale = { startMs: 0, endMs: 1_000, widthPx: 100 };
    gestures = new Gestures(stage);
  });

  const at = (px: number, more: Partial<PointerAt> = {}): PointerAt => ({
    id: 1,
    px,
    shiftKey: false,
    isOnAxis: false,
    ...more,
  });

  it("a click picks the window there, also with a trembling hand", () => {
    gestures.down(at(50));
    gestures.move(at(52));
    gestures.up(at(52));

    expect(stage.pickAt).toHaveBeenCalledExactlyOnceWith(520);
    expect(stage.panTo).not.toHaveBeenCalled();
  });

  it("a drag pans: the time under the pointer stays under it, though the view moves", () => {
    gestures.down(at(50));
    gestures.move(at(70));
    scale = { ...scale, startMs: -200, endMs: 800 };
    gestures.move(at(80));
    gestures.up(at(80));

    expect(stage.panTo.mock.calls).toEqual([[{ startMs: -200, endMs: 800 }], [{ startMs: -300, endMs: 700 }]]);
    expect(stage.pickAt).not.toHaveBeenCalled();
  });

  it("a drag on the axis selects a range either way, and a click there lets go of it", () => {
    gestures.down(at(50, { isOnAxis: true }));
    gestures.move(at(20));
    gestures.up(at(20));
    expect(stage.selectRange).toHaveBeenLastCalledWith({ startMs: 200, endMs: 500 });
    gestures.down(at(50, { isOnAxis: true }));
    gestures.up(at(50));

    expect(stage.selectRange).toHaveBeenLastCalledWith(undefined);
    expect(stage.pickAt).not.toHaveBeenCalled();
  });

  it("Shift and drag measures, until the next press", () => {
    gestures.down(at(10, { shiftKey: true }));
    gestures.move(at(60));
    gestures.up(at(60));
    expect(stage.measure).toHaveBeenLastCalledWith({ startMs: 100, endMs: 600 });
    gestures.down(at(10));

    expect(stage.measure).toHaveBeenLastCalledWith(undefined);
  });

  it("two fingers keep the times under them", () => {
    gestures.down(at(20));
    gestures.down(at(60, { id: 2 }));
    gestures.move(at(100, { id: 2 }));

    const [range] = stage.panTo.mock.lastCall!;
    expect(range.startMs).toBeCloseTo(100);
    expect(range.endMs).toBeCloseTo(600);
  });

  it("a finger that stays goes on from where it is", () => {
    gestures.down(at(20));
    gestures.down(at(60, { id: 2 }));
    gestures.up(at(60, { id: 2 }));
    gestures.move(at(30));

    expect(stage.panTo).toHaveBeenLastCalledWith({ startMs: -100, endMs: 900 });
    expect(stage.pickAt).not.toHaveBeenCalled();
  });

  it("the wheel zooms where the pointer is, and pans with Shift or sideways", () => {
    gestures.wheel(25, 0, -100, false);
    expect(stage.zoom).toHaveBeenCalledExactlyOnceWith(1.2, 250);
    gestures.wheel(25, 0, 10, true);
    gestures.wheel(25, -10, 3, false);

    expect(stage.panTo.mock.calls).toEqual([[{ startMs: 100, endMs: 1_100 }], [{ startMs: -100, endMs: 900 }]]);
  });

  it("moves nothing when no button is held", () => {
    gestures.move(at(50));
    gestures.up(at(50));

    expect(stage.panTo).not.toHaveBeenCalled();
    expect(stage.pickAt).not.toHaveBeenCalled();
  });
});
