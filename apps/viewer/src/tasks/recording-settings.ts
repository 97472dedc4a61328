import type { Category, Device, ProjectDetails, Sensor } from "../api.ts";
import type { RecordingRequest } from "./tasks-api.ts";

/** What the form has in its fields. */
export interface RecordingSettings {
  readonly deviceId: string;
  /** Name; empty for the device's own choice. */
  readonly sensor: string;
  readonly label: string;
  readonly lengthMs: number;
  /** Hertz; `undefined` for the device's own choice. */
  readonly frequencyHz: number | undefined;
  readonly category: Category;
}

/** Where a browser keeps texts: `localStorage`, which may be forbidden or full. */
export type SettingsStore = Pick<Storage, "getItem" | "setItem">;

export const LONGEST_LABEL = 200;
/** A day, as the server has it. */
const LONGEST_MS = 86_400_000;
const HIGHEST_HZ = 1_000_000;
/** More than fields of the longest texts need. */
const MOST_STORED = 4_000;

const FIRST: RecordingSettings = {
  deviceId: "",
  sensor: "",
  label: "",
  lengthMs: 10_000,
  frequencyHz: undefined,
  category: "testing",
};

/** What was asked for last in this browser; what is no longer valid is as if it had never been. */
export function readSettings(store: SettingsStore, projectId: number): RecordingSettings {
  const kept = parse(store, keyOf(projectId));
  return {
    deviceId: textOf(kept.deviceId, LONGEST_LABEL) ?? FIRST.deviceId,
    sensor: textOf(kept.sensor, LONGEST_LABEL) ?? FIRST.sensor,
    label: textOf(kept.label, LONGEST_LABEL) ?? FIRST.label,
    lengthMs: numberOf(kept.lengthMs, LONGEST_MS) ?? FIRST.lengthMs,
    frequencyHz: numberOf(kept.frequencyHz, HIGHEST_HZ),
    category: kept.category === "training" ? "training" : FIRST.category,
  };
}

export function keepSettings(store: SettingsStore, projectId: number, settings: RecordingSettings): void {
  try {
    store.setItem(keyOf(projectId), JSON.stringify(settings));
  } catch {
    // A browser that keeps nothing asks for everything again, which is all the harm.
  }
}

/** Settings that the project can follow: its connected device, one of its sensors, a rate the sensor has. */
export function fitSettings(settings: RecordingSettings, project: ProjectDetails): RecordingSettings {
  const device =
    project.devices.find(({ deviceId, canRecord }) => canRecord && deviceId === settings.deviceId) ??
    project.devices.find(({ canRecord }) => canRecord);
  const sensor = sensorOf(device, settings.sensor) ?? device?.sensors[0];
  return {
    ...settings,
    deviceId: device?.deviceId ?? "",
    sensor: sensor?.name ?? "",
    frequencyHz: fitFrequency(settings.frequencyHz ?? project.impulse?.frequencyHz, sensor),
  };
}

export function sensorOf(device: Device | undefined, name: string): Sensor | undefined {
  return device?.sensors.find((sensor) => sensor.name === name);
}

/** What is wrong with each field, in words for people; nothing when it can be sent. */
export function checkSettings(
  settings: RecordingSettings,
  device: Device | undefined,
): Partial<Record<keyof RecordingSettings, string>> {
  const { label, lengthMs, frequencyHz, sensor } = settings;
  const longestMs = sensorOf(device, sensor)?.maxLengthMs ?? LONGEST_MS;
  return {
    ...(device?.canRecord !== true && { deviceId: "Connect a device first." }),
    ...(label.trim() === "" && { label: "Say what is going to be recorded." }),
    ...(label.length > LONGEST_LABEL && { label: `At most ${LONGEST_LABEL} characters.` }),
    ...(!(lengthMs >= 1) && { lengthMs: "Longer than 0 s." }),
    ...(lengthMs > longestMs && { lengthMs: `This sensor records at most ${longestMs / 1000} s.` }),
    ...(frequencyHz !== undefined &&
      !(frequencyHz > 0 && frequencyHz <= HIGHEST_HZ) && { frequencyHz: "Above 0 Hz, at most 1 000 000 Hz." }),
  };
}

export function toRequest({ label, lengthMs, frequencyHz, sensor, category }: RecordingSettings): RecordingRequest {
  return {
    label: label.trim(),
    lengthMs: Math.round(lengthMs),
    category,
    ...(sensor !== "" && { sensor }),
    ...(frequencyHz !== undefined && { frequencyHz }),
  };
}

/** The rate itself where the sensor has it or does not say, else the nearest one it has. */
function fitFrequency(wantedHz: number | undefined, sensor: Sensor | undefined): number | undefined {
  const rates = sensor?.frequenciesHz ?? [];
  if (rates.length === 0) return wantedHz;
  const distance = (hz: number) => Math.abs(hz - (wantedHz ?? Infinity));
  return wantedHz === undefined
    ? rates[0]
    : rates.reduce((nearest, hz) => (distance(hz) < distance(nearest) ? hz : nearest));
}

function keyOf(projectId: number): string {
  return `windowscope.recording.${projectId}`;
}

function parse(store: SettingsStore, key: string): Partial<Record<keyof RecordingSettings, unknown>> {
  try {
    const text = store.getItem(key) ?? "{}";
    const value: unknown = text.length <= MOST_STORED ? JSON.parse(text) : undefined;
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    // Other programs of this origin can write here too, and some browsers forbid to look.
    return {};
  }
}

function textOf(value: unknown, longest: number): string | undefined {
  return typeof value === "string" && value.length <= longest ? value : undefined;
}

function numberOf(value: unknown, highest: number): number | undefined {
  return typeof value === "number" && value > 0 && value <= highest ? value : undefined;
}
