import { describe, expect, it } from "vitest";

import {
  checkSettings,
  fitSettings,
  keepSettings,
  readSettings,
  toRequest,
  type RecordingSettings,
  type SettingsStore,
} from "./recording-settings.ts";
import { project } from "./test-page.ts";

const settings: RecordingSettings = {
  deviceId: "board",
  sensor: "Accelerometer",
  label: "wave",
  lengthMs: 10_000,
  frequencyHz: 62.5,
  category: "training",
};
const board = project.devices[1];

function storeOf(text: string | null): SettingsStore {
  return { getItem: () => text, setItem: () => undefined };
}

describe("readSettings", () => {
  it("gives back what was kept", () => {
    let kept = "";
    keepSettings({ getItem: () => null, setItem: (_, text) => void (kept = text) }, 1, settings);

    expect(readSettings(storeOf(kept), 1)).toEqual(settings);
  });

  it.each([
    ["nothing", null],
    ["no JSON", "{"],
    ["something else", '"text"'],
    ["null", "null"],
    ["wrong types and values out of bounds", '{"label":7,"lengthMs":-1,"frequencyHz":1e12,"category":"x","sensor":{}}'],
    ["more than anybody typed", JSON.stringify({ label: "x".repeat(5_000) })],
  ])("begins anew when the browser has %s", (_, text) => {
    expect(readSettings(storeOf(text), 1)).toMatchObject({ label: "", lengthMs: 10_000, category: "testing" });
  });

  it("lives without a store", () => {
    const forbidden: SettingsStore = {
      getItem: () => {
        throw new DOMException("denied", "SecurityError");
      },
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
    };

    expect(() => keepSettings(forbidden, 1, settings)).not.toThrow();
    expect(readSettings(forbidden, 1).label).toBe("");
  });
});

describe("fitSettings", () => {
  it("takes a device that can record, one of its sensors, and the nearest rate that it has", () => {
    const wished = { ...settings, deviceId: "phone", sensor: "Gyroscope", frequencyHz: 90 };

    expect(fitSettings(wished, project)).toMatchObject({
      deviceId: "board",
      sensor: "Accelerometer",
      frequencyHz: 100,
    });
  });

  it("wishes for the impulse's own rate where nothing was wished for", () => {
    expect(fitSettings({ ...settings, frequencyHz: undefined }, project).frequencyHz).toBe(62.5);
  });

  it("leaves any rate to a sensor that does not say what it has", () => {
    expect(fitSettings({ ...settings, sensor: "Microphone", frequencyHz: 16_000 }, project).frequencyHz).toBe(16_000);
  });

  it("names no device when none can record", () => {
    expect(fitSettings(settings, { ...project, devices: [] })).toMatchObject({ deviceId: "", sensor: "" });
  });
});

describe("checkSettings", () => {
  it("has nothing against what a device can do", () => {
    expect(checkSettings(settings, board)).toEqual({});
  });

  it.each([
    [{ label: "  " }, "label"],
    [{ label: "x".repeat(201) }, "label"],
    [{ lengthMs: 0 }, "lengthMs"],
    [{ lengthMs: NaN }, "lengthMs"],
    [{ lengthMs: 60_001 }, "lengthMs"],
    [{ frequencyHz: NaN }, "frequencyHz"],
    [{ frequencyHz: 2e6 }, "frequencyHz"],
  ] as const)("objects to %o", (change, field) => {
    expect(Object.keys(checkSettings({ ...settings, ...change }, board))).toEqual([field]);
  });

  it("objects to a device that cannot record", () => {
    expect(checkSettings(settings, project.devices[0]).deviceId).toBe("Connect a device first.");
  });
});

describe("toRequest", () => {
  it("leaves the device's own choices to it", () => {
    expect(toRequest({ ...settings, label: " wave ", sensor: "", frequencyHz: undefined })).toEqual({
      label: "wave",
      lengthMs: 10_000,
      category: "training",
    });
  });
});
