/**
 * Recordings for the demo project without waiting for its device: pieces of those that it has learnt from, put together
 * in another order, so that parts of them contradict their label as a hesitating hand does.
 */
import type { DemoProgram } from "./demo-program.ts";

/** What a recording consists of, one after another. */
type Piece = readonly [movement: string, seconds: number];

interface Recording {
  readonly label: string;
  readonly pieces: readonly Piece[];
}

const RECORDINGS: readonly Recording[] = [
  { label: "idle", pieces: [["idle", 8]] },
  {
    label: "wave",
    pieces: [
      ["wave", 6],
      ["idle", 3],
      ["wave", 3],
    ],
  },
  { label: "snake", pieces: [["snake", 8]] },
  { label: "updown", pieces: [["updown", 8]] },
  {
    label: "snake",
    pieces: [
      ["snake", 5],
      ["updown", 3],
      ["snake", 4],
    ],
  },
  { label: "idle", pieces: [["idle", 8]] },
  {
    label: "wave",
    pieces: [
      ["wave", 6],
      ["tumble", 2],
      ["wave", 4],
    ],
  },
  { label: "updown", pieces: [["updown", 8]] },
];

const INTERVAL_MS = 16;
/** Readings over which one piece turns into the next. */
const BLEND = 20;

type Reading = readonly number[];

/** Uploads the recordings, in their order. */
export async function uploadRecordings({ url, studioUrl, apiKey }: DemoProgram): Promise<void> {
  const { projects } = await readJson<{ projects: { projectId: number }[] }>(`${url}/api/v1/projects`);
  const projectId = projects[0]?.projectId ?? 0;
  const movements = await readMovements(`${studioUrl}/v1/api/${projectId}`, apiKey);
  for (const [n, recording] of RECORDINGS.entries()) {
    const values = compose(recording, movements, n);
    const sensors = ["accX", "accY", "accZ"].map((name) => ({ name, units: "m/s2" }));
    const content = {
      protected: { ver: "v1", alg: "none" },
      signature: "0",
      payload: { device_type: "WINDOWSCOPE_SIMULATED_BOARD", interval_ms: INTERVAL_MS, sensors, values },
    };
    const form = new FormData();
    form.set("file", new File([JSON.stringify(content)], `${recording.label}.${n + 1}.json`));
    form.set("label", recording.label);
    const response = await fetch(`${url}/api/v1/projects/${projectId}/samples`, { method: "POST", body: form });
    if (!response.ok) throw new Error(`Recording ${n + 1} was not taken: ${await response.text()}`);
  }
}

/** One training recording of each movement, and one that no model has learnt: all at once, and harder. */
async function readMovements(projectUrl: string, apiKey: string): Promise<ReadonlyMap<string, readonly Reading[]>> {
  const headers = { "x-api-key": apiKey };
  const list = await readJson<{ samples: { id: number; label: string }[] }>(
    `${projectUrl}/raw-data?category=training&limit=240`,
    headers,
  );
  const firsts = new Map(list.samples.map(({ id, label }) => [label, id]));
  const movements = new Map<string, readonly Reading[]>();
  for (const [label, id] of firsts) {
    const { payload } = await readJson<{ payload: { values: Reading[] } }>(`${projectUrl}/raw-data/${id}`, headers);
    movements.set(label, payload.values);
  }
  const [wave = [], snake = [], updown = []] = ["wave", "snake", "updown"].map((name) => movements.get(name));
  const tumble = wave.map((reading, i) =>
    reading.map((value, axis) => value + 1.6 * (at(snake, 2 * i, axis) - at(updown, 3 * i, axis))),
  );
  return movements.set("tumble", tumble);
}

function at(readings: readonly Reading[], i: number, axis: number): number {
  return readings[i % Math.max(1, readings.length)]?.[axis] ?? 0;
}

function compose({ pieces }: Recording, movements: ReadonlyMap<string, readonly Reading[]>, n: number): Reading[] {
  const values: Reading[] = [];
  for (const [movement, seconds] of pieces) {
    const source = movements.get(movement) ?? [];
    const count = Math.round((seconds * 1000) / INTERVAL_MS);
    const last = values.at(-1);
    for (let i = 0; i < count; i++) {
      // From another place each time, so that no two recordings are the same.
      const reading = source[(i + 40 * n) % Math.max(1, source.length)] ?? [];
      const share = last ? Math.min(1, i / BLEND) : 1;
      values.push(reading.map((value, axis) => share * value + (1 - share) * (last?.[axis] ?? 0)));
    }
  }
  return values;
}

async function readJson<T>(url: string, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(url, { headers });
  if (!response.ok) throw new Error(`${url} answers ${response.status}.`);
  return (await response.json()) as T;
}
