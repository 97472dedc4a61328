import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { WindowFeatures } from "../api.ts";
import { PickedWindow, type WindowApi } from "./picked-window.svelte.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function featuresOf(value: number): WindowFeatures {
  return { blocks: [{ dspId: 2, name: "Spectral", names: ["accX RMS"], values: [value] }] };
}

function setUp(rest: Partial<WindowApi> = {}) {
  const asked: string[] = [];
  const aborted: number[] = [];
  const api: WindowApi = {
    readFeatures: async (_, index, signal) => {
      asked.push(`features ${index}`);
      signal.addEventListener("abort", () => aborted.push(index));
      return featuresOf(index);
    },
    readAnomaly: async (_, index) => {
      asked.push(`anomaly ${index}`);
      return { blockId: 4, name: "K-means", score: 1, cluster: { index: 3, distance: 2, maxError: 1 }, axes: [] };
    },
    ...rest,
  };
  return { asked, aborted, window: new PickedWindow(api) };
}

const at = (index: number) => ({ runId: "run-1", index });

describe("PickedWindow", () => {
  it("reads features and explanation of a window that somebody rests on", async () => {
    const { asked, window } = setUp();

    window.pick(at(4), true);
    expect(window.features.state).toBe("reading");
    await vi.advanceTimersByTimeAsync(200);

    expect(asked).toEqual(["features 4", "anomaly 4"]);
    expect(window.features).toEqual({ state: "here", value: featuresOf(4) });
    expect(window.anomaly).toMatchObject({ state: "here", value: { cluster: { index: 3 } } });
  });

  it("reads nothing of windows that are only stepped over", async () => {
    const { asked, window } = setUp();

    for (let index = 0; index < 50; index++) {
      window.pick(at(index), true);
      await vi.advanceTimersByTimeAsync(30);
    }
    await vi.advanceTimersByTimeAsync(200);

    expect(asked).toEqual(["features 49", "anomaly 49"]);
  });

  it("reads a window once, however often it is told of it", async () => {
    const { asked, window } = setUp();

    for (let i = 0; i < 10; i++) {
      window.pick(at(4), false);
      await vi.advanceTimersByTimeAsync(100);
    }

    expect(asked).toEqual(["features 4"]);
    expect(window.anomaly.state).toBe("none");
  });

  it("ends what is on its way, and shows no late answer, when another window is picked", async () => {
    let answer: (features: WindowFeatures) => void = () => undefined;
    let wasAborted = false;
    const { window } = setUp({
      readFeatures: (_, __, signal) => {
        signal.addEventListener("abort", () => (wasAborted = true));
        return new Promise((resolve) => (answer = resolve));
      },
    });
    window.pick(at(1), false);
    await vi.advanceTimersByTimeAsync(200);

    window.pick(undefined, false);
    answer(featuresOf(1));
    await vi.advanceTimersByTimeAsync(200);

    expect(wasAborted).toBe(true);
    expect(window.features.state).toBe("none");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("keeps the server's words where something cannot be had, and shows the rest", async () => {
    const { window } = setUp({ readAnomaly: () => Promise.reject(new Error("A GMM block has no clusters.")) });

    window.pick(at(1), true);
    await vi.advanceTimersByTimeAsync(200);

    expect(window.anomaly).toEqual({ state: "failed", message: "A GMM block has no clusters." });
    expect(window.features.state).toBe("here");
  });
});
