import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { askerOf } from "../drawer/fake-asker.ts";
import { FakeScope } from "../scope/fake-scope.ts";
import { WindowReadings } from "./window-readings.svelte.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const at = (index: number) => ({ runId: "run-1", index });

function setUp() {
  const scope = new FakeScope();
  scope.answer("readings", ({ index }) => ({ intervalMs: 10, values: Float32Array.of(index) }));
  return { scope, readings: new WindowReadings(askerOf(scope)) };
}

describe("WindowReadings", () => {
  it("asks for the newest of many windows that come at once, not for each", async () => {
    const { scope, readings } = setUp();

    for (let index = 0; index < 100; index++) {
      readings.show(at(index));
      await vi.advanceTimersByTimeAsync(10);
    }
    await vi.advanceTimersByTimeAsync(200);

    expect(readings.readings?.values[0]).toBe(99);
    expect(scope.all("ask").length).toBeLessThan(15);
  });

  it("asks once for a window that stays", async () => {
    const { scope, readings } = setUp();

    for (let i = 0; i < 10; i++) {
      readings.show(at(4));
      await vi.advanceTimersByTimeAsync(200);
    }

    expect(scope.all("ask")).toHaveLength(1);
  });

  it("asks again for readings that were not there yet, once something has come", async () => {
    const { scope, readings } = setUp();
    scope.answer("readings", () => undefined);
    readings.show(at(4));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(readings.readings).toBeUndefined();
    expect(scope.all("ask")).toHaveLength(1);

    scope.answer("readings", { intervalMs: 10, values: Float32Array.of(7) });
    readings.show(at(4));
    await vi.advanceTimersByTimeAsync(200);

    expect(readings.readings?.values[0]).toBe(7);
  });

  it("shows nothing when nothing is looked at, and leaves no timer behind", async () => {
    const { readings } = setUp();
    readings.show(at(4));
    await vi.advanceTimersByTimeAsync(200);

    readings.show(undefined);
    await vi.advanceTimersByTimeAsync(50);
    expect(readings.readings).toBeUndefined();

    readings.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
