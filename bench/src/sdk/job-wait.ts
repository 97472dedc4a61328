/**
 * How long after the end of a job its caller has the result in hand: ours beside Edge Impulse's own client.
 *
 * The job ends when its status says so. Studios and clients are processes of one machine and read one clock, in steps of
 * a millisecond. What polling costs depends on where the end falls between two looks, hence jobs of several lengths.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

import { classifySample, connectJobSocket, createStudio, type JobHints, type Studio } from "@windowscope/sdk";
import { EdgeImpulseApi } from "edge-impulse-api";
import { WebSocket } from "ws";

import { median } from "../median.ts";
import type { Figure } from "../rows.ts";
import type { StudioPlace } from "./studio-process.ts";

const STUDIO_KEY = "ei_bench";
const GOAL = { leastRatio: 20 } as const;
/** A difference below the clock's step counts as one step. */
const CLOCK_STEP_MS = 1;

/** Classifies a sample that has no result yet, and answers which job that took. */
type Classify = (sampleId: number) => Promise<number>;

const CONTENDERS = ["with the job socket", "by polling alone", "edge-impulse-api"] as const;
type Contender = (typeof CONTENDERS)[number];

/** @param options `jobsMs`: least lengths of jobs; a Studio does each, all at the same time. */
export async function measureWaits(options: {
  readonly jobsMs: readonly number[];
  readonly rounds: number;
  readonly log: (line: string) => void;
}): Promise<Figure[]> {
  const { jobsMs, rounds, log } = options;
  log(`starting local Studios with jobs of ${jobsMs.join(", ")} ms`);
  const studios = fork(path.join(import.meta.dirname, "studio-process.ts"), [STUDIO_KEY, ...jobsMs.map(String)]);
  const stop = new AbortController();
  try {
    const places = await readPlaces(studios);
    const figures = await Promise.all(places.map((place) => measurePlace(place, rounds, stop.signal, log)));
    return figures.flat();
  } finally {
    stop.abort();
    studios.disconnect();
  }
}

async function readPlaces(studios: ChildProcess): Promise<StudioPlace[]> {
  const ended = once(studios, "exit").then(([code]) => {
    throw new Error(`The Studios' process ended with ${String(code)}; its output says why.`);
  });
  const [places] = (await Promise.race([once(studios, "message"), ended])) as [StudioPlace[]];
  return places;
}

async function measurePlace(place: StudioPlace, rounds: number, signal: AbortSignal, log: (line: string) => void) {
  const { projectId, leastJobMs } = place;
  const studio = createStudio({ apiKey: STUDIO_KEY, baseUrl: place.url });
  const classify = await connectContenders(place, studio, signal);
  const nextSample = (await listSampleIds(studio, projectId)).values();
  const takeSample = () => nextSample.next().value ?? fail("The demo project has too few samples.");
  // The first one opens connections and compiles code.
  await classify["with the job socket"](takeSample());

  const waitsMs: Record<Contender, number[]> = {
    "with the job socket": [],
    "by polling alone": [],
    "edge-impulse-api": [],
  };
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < CONTENDERS.length; turn++) {
      // Nobody is always the first, or always behind the same other.
      const contender = CONTENDERS[(round + turn) % CONTENDERS.length] as Contender;
      const jobId = await classify[contender](takeSample());
      const inHandMs = Date.now();
      const { job } = await studio.call("getJobStatus", { path: { projectId, jobId } });
      const endMs = Date.parse(job.finished ?? fail(`Job ${jobId} has a result and has not finished.`));
      const waitMs = Math.max(CLOCK_STEP_MS, inHandMs - endMs);
      waitsMs[contender].push(waitMs);
      log(`job of ${leastJobMs} ms, ${contender}: ${waitMs} ms`);
    }
  }
  return toFigures(leastJobMs, waitsMs);
}

function toFigures(jobMs: number, waitsMs: Record<Contender, number[]>): Figure[] {
  const peerValue = median(waitsMs["edge-impulse-api"]);
  return CONTENDERS.map((contender) => ({
    row: `end of a job of ${jobMs / 1000} s to the result, ${contender}`,
    value: median(waitsMs[contender]),
    unit: "ms",
    ...(contender !== "edge-impulse-api" && { peerValue }),
    // Without the socket the looks at the status grow rarer, so a long job's end is noticed late.
    ...(contender === "with the job socket" && { goal: GOAL }),
  }));
}

async function connectContenders(
  { url, projectId }: StudioPlace,
  studio: Studio,
  signal: AbortSignal,
): Promise<Record<Contender, Classify>> {
  const openSocket = (address: string) => new WebSocket(address);
  const hints = connectJobSocket(studio, { projectId, openSocket, signal });
  const api = new EdgeImpulseApi({ endpoint: url });
  await api.authenticate({ method: "apiKey", apiKey: STUDIO_KEY });
  return {
    "with the job socket": (sampleId) => classifyOurWay(studio, projectId, sampleId, hints),
    "by polling alone": (sampleId) => classifyOurWay(studio, projectId, sampleId),
    "edge-impulse-api": (sampleId) => classifyOfficially(api, projectId, sampleId),
  };
}

async function classifyOurWay(studio: Studio, projectId: number, sampleId: number, hints?: JobHints): Promise<number> {
  let job: number | undefined;
  await classifySample(studio, { projectId, sampleId, hints, onJob: (jobId) => void (job = jobId) });
  return job ?? fail(`Sample ${sampleId} took no job.`);
}

/** As the client's own examples do it: ask, wait for the job, ask again. */
export async function classifyOfficially(api: EdgeImpulseApi, projectId: number, sampleId: number): Promise<number> {
  const first = await api.classify.classifySampleV2(projectId, sampleId, {});
  if (!("id" in first)) return fail(`Sample ${sampleId} took no job.`);
  await api.runJobUntilCompletion({ type: "project", projectId, jobId: first.id });
  const second = await api.classify.classifySampleV2(projectId, sampleId, {});
  return "classifications" in second ? first.id : fail(`Sample ${sampleId} has no result after its job.`);
}

async function listSampleIds(studio: Studio, projectId: number): Promise<number[]> {
  const { samples } = await studio.call("listSamples", {
    path: { projectId },
    query: { category: "training", limit: 200 },
  });
  return samples.map(({ id }) => id);
}

function fail(message: string): never {
  throw new Error(message);
}
