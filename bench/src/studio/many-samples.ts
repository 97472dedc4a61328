/** How long it takes to list, filter and count the samples of a project that has very many. */
import type { Studio } from "@windowscope/sdk";

import { median } from "../median.ts";
import type { Figure } from "../rows.ts";
import { withStudio, type MeasuredStudio } from "./measured-studio.ts";
import { createRecording, upload } from "./recording.ts";

const GOAL = { mostValue: 50 } as const;
const CALLS = 9;
/** Each is uploaded once and divided into pieces. */
const WHOLES = 20;
const WHOLE_READINGS = 1_000;
const LABELS = ["idle", "snake", "updown", "wave"];
const INTERVALS_MS = [10, 16, 20];

type Query = Parameters<typeof listSamples>[2];

export function measureManySamples(count: number, log: (line: string) => void): Promise<Figure[]> {
  return withStudio("empty", async (measured) => {
    const halfTime = await createSamples(measured, count, log);
    const figures = [];
    for (const [what, query] of Object.entries(queries(count, halfTime))) {
      figures.push(
        await time(`list of ${count} samples, ${what}`, () => listSamples(measured.studio, measured, query)),
      );
      // A page makes no difference to a count.
      if (query.offset !== undefined) continue;
      figures.push(
        await time(`count of ${count} samples, ${what}`, () => countSamples(measured.studio, measured, query)),
      );
    }
    const slowest = Math.max(...figures.map(({ slowestMs }) => slowestMs));
    const rows: Figure[] = figures.map(({ row, value }) => ({ row, value, unit: "ms", goal: GOAL }));
    return [...rows, { row: `slowest single call with ${count} samples`, value: slowest, unit: "ms" }];
  });
}

/** One query a filter; of what they find there is much, little or nothing, since all three can be the slow one. */
function queries(count: number, halfTime: string): Readonly<Record<string, Query>> {
  const metadata = (...items: object[]) => JSON.stringify(items);
  return {
    "no filter": {},
    "half-way page": { offset: count / 2 },
    label: { labels: JSON.stringify(["wave"]) },
    "label that none has": { labels: JSON.stringify(["jump"]) },
    filename: { filename: "recording-7" },
    search: { search: "recording-0" },
    "search that finds nothing": { search: "no such name" },
    length: { minLength: 500, maxLength: 1_000 },
    frequency: { minFrequency: 55, maxFrequency: 70 },
    metadata: { metadata: metadata({ key: "site", op: "eq", values: ["site 3"] }) },
    "metadata of another value": { metadata: metadata({ key: "site", op: "neq", values: ["site 3"] }) },
    "metadata or none": { metadata: metadata({ key: "site", op: "eq", values: ["site 3"] }, { no_metadata: true }) },
    dates: { minDate: "2020-01-01T00:00:00.000Z", maxDate: halfTime },
    "valid signature": { signatureValidity: "valid" },
    "several filters": {
      labels: JSON.stringify(["wave", "idle"]),
      search: "recording",
      minLength: 500,
      signatureValidity: "valid",
      metadata: metadata({ key: "board", op: "eq", values: ["a"] }),
    },
  };
}

/** @returns When half of them had come. */
async function createSamples(measured: MeasuredStudio, count: number, log: (line: string) => void): Promise<string> {
  const { studio, projectId } = measured;
  const { hmacKey } = await studio.call("getHmacDevkey", { path: { projectId } });
  const pieces = count / WHOLES;
  const begin = performance.now();
  let halfTime = "";
  for (let n = 0; n < WHOLES; n++) {
    if (n === WHOLES / 2) halfTime = new Date().toISOString();
    const intervalMs = INTERVALS_MS[n % INTERVALS_MS.length] ?? 10;
    const { bytes } = createRecording("cbor", WHOLE_READINGS, { intervalMs, ...(n % 2 === 0 && { hmacKey }) });
    const sampleId = await upload(
      measured,
      { name: `recording-${n}.cbor`, bytes },
      {
        category: "training",
        label: LABELS[n % LABELS.length] ?? "",
        // One in five has none.
        ...(n % 5 !== 0 && { metadata: { site: `site ${n % 7}`, board: n % 3 === 0 ? "a" : "b" } }),
      },
    );
    const segments = Array.from({ length: pieces }, (_, i) => {
      const startMs = (i % 900) * intervalMs;
      return { startMs, endMs: startMs + (1 + (i % 100)) * intervalMs };
    });
    await studio.call("segmentSample", { path: { projectId, sampleId }, body: { segments } });
  }
  log(`${count} samples made in ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  return halfTime;
}

function listSamples(
  studio: Studio,
  { projectId }: MeasuredStudio,
  query: {
    readonly offset?: number;
    readonly labels?: string;
    readonly filename?: string;
    readonly search?: string;
    readonly minLength?: number;
    readonly maxLength?: number;
    readonly minFrequency?: number;
    readonly maxFrequency?: number;
    readonly metadata?: string;
    readonly minDate?: string;
    readonly maxDate?: string;
    readonly signatureValidity?: "both" | "valid" | "invalid";
  },
) {
  return studio.call("listSamples", { path: { projectId }, query: { category: "training", limit: 100, ...query } });
}

function countSamples(studio: Studio, { projectId }: MeasuredStudio, query: Query) {
  return studio.call("countSamples", { path: { projectId }, query: { category: "training", ...query } });
}

async function time(row: string, call: () => Promise<unknown>) {
  await call();
  const timesMs = [];
  for (let n = 0; n < CALLS; n++) {
    const begin = performance.now();
    await call();
    timesMs.push(performance.now() - begin);
  }
  return { row, value: median(timesMs), slowestMs: Math.max(...timesMs) };
}
