import type { StoredSummary } from "../devices/inference-history.ts";
import { parseInferenceSummary } from "../devices/inference-summary.ts";
import { aggregate } from "../devices/inference-totals.ts";
import { DeviceMessageError, requireList } from "../devices/wire-values.ts";
import type { LocalStudio } from "../local-studio.ts";
import { findDevice } from "./device-handlers.ts";
import { RefusedError, type Handlers } from "./handlers.ts";

/** Devices report once a minute. */
const SHORTEST_PERIOD_MS = 60_000;
const MOST_PERIODS = 60;
const MOST_SUMMARIES = 1_000;

/** Serves what models on devices have seen. */
export function inferenceHistoryHandlers(studio: LocalStudio): Handlers {
  const { devices, inferenceHistory } = studio;

  return {
    getInferenceHistory: ({ project, query }) => {
      const { startTimestamp: startMs, endTimestamp: endMs = Date.now(), deploymentId, devices: wanted } = query;
      if (startMs > endMs) throw new RefusedError('"startTimestamp" has to be before "endTimestamp".');
      const deviceIds = wanted === undefined ? undefined : parseDeviceIds(wanted);
      const summaries = inferenceHistory.read(project.id, { startMs, endMs, deploymentId, deviceIds });

      const names = new Map(devices.list(project.id).map(({ deviceId, name }) => [deviceId, name]));
      const nameOf = (deviceId: string) => names.get(deviceId) ?? deviceId;
      const byDevice = (some: readonly StoredSummary[]) =>
        [...group(some, ({ deviceId }) => deviceId)].map(([deviceId, own]) => ({
          deviceId,
          deviceName: nameOf(deviceId),
          ...aggregate(own),
        }));
      const periodMs = Math.max(SHORTEST_PERIOD_MS, Math.ceil((endMs + 1 - startMs) / MOST_PERIODS));
      const periods = group(summaries, ({ start }) => Math.floor((start.timestamp - startMs) / periodMs));
      const summaryByDevice = byDevice(summaries);

      return {
        summaryByTime: [...periods].map(([period, some]) => ({
          startTimestamp: startMs + period * periodMs,
          endTimestamp: Math.min(endMs, startMs + (period + 1) * periodMs),
          data: byDevice(some),
        })),
        summaryByDevice,
        allClasses: distinct(summaryByDevice.flatMap(({ totalClassifications }) => totalClassifications)),
        allDevices: summaryByDevice.map(({ deviceId, deviceName }) => ({ deviceId, deviceName })),
        allMetrics: distinct(summaryByDevice.flatMap(({ metrics }) => metrics)),
      };
    },

    storeInferenceHistory: ({ project, path, query, body }) => {
      const { deviceId } = findDevice(studio, project, path.deviceId);
      const { summaries } = (body ?? {}) as { summaries?: unknown };
      try {
        const parsed = requireList(summaries, "summaries", MOST_SUMMARIES).map(parseInferenceSummary);
        inferenceHistory.add(project.id, deviceId, query.deploymentId, parsed);
      } catch (error) {
        throw error instanceof DeviceMessageError ? new RefusedError(error.message) : error;
      }
      return {};
    },
  };
}

/** How the text lists devices is not documented: takes a JSON array and what commas part. */
function parseDeviceIds(text: string): readonly string[] {
  if (!text.startsWith("[")) return text.split(",");
  try {
    const ids: unknown = JSON.parse(text);
    if (Array.isArray(ids)) return ids.map(String);
  } catch {
    // Said below.
  }
  throw new RefusedError('"devices" has to be ids with commas between them, or a JSON array of them.');
}

/** In the order in which the keys first occur. */
function group<K, T>(values: readonly T[], keyOf: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const members = groups.get(key);
    if (members) members.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

function distinct(entries: readonly { readonly key: string }[]): string[] {
  return [...new Set(entries.map(({ key }) => key))].sort();
}
