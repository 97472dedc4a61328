/**
 * A Studio that answers the few calls that a run needs, with results of any length at once.
 *
 * The local Studio computes what it answers; for a load of many long runs that would be the bottleneck. The answers
 * follow from the number of the sample alone, so that what a run has to contain can be known without asking.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { seededRandom } from "./run.ts";

/** One window as Studio has it and as a download of the server has to have it. */
export interface ExpectedWindow {
  readonly index: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly scores: Readonly<Record<string, number>>;
}

interface FakeSample {
  readonly windows: number;
  /** Labels of so many stretches make the announcement of the run long. */
  readonly labels: number;
}

const CLASSES = ["idle", "wave", "updown", "snake"];
const PROJECT = { id: 1, name: "Faults", description: "" };
/** A window has four readings, and begins one after the last one. */
const INTERVAL_MS = 10;
const WINDOW_READINGS = 4;

export class FakeStudio {
  readonly #server: Server;
  readonly #samples = new Map<number, FakeSample>();
  readonly #answers = new Map<number, string>();
  /** Classify calls that are let through only later. */
  #gate: Promise<void> = Promise.resolve();
  #openGate: () => void = () => undefined;
  #isDown = false;
  /** Classify calls so far, by sample. */
  readonly classified = new Map<number, number>();

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.keepAliveTimeout = 1_000;
  }

  static async start(): Promise<FakeStudio> {
    const studio = new FakeStudio();
    await new Promise<void>((resolve) => studio.#server.listen(0, "127.0.0.1", resolve));
    return studio;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Adds a sample whose result has so many windows. @returns Its id. */
  addSample(windows: number, { labels = 1 }: { readonly labels?: number } = {}): number {
    const id = this.#samples.size + 1;
    this.#samples.set(id, { windows, labels });
    return id;
  }

  /** Leaves classify calls waiting until `release`. */
  hold(): void {
    this.#gate = new Promise((resolve) => (this.#openGate = resolve));
  }

  release(): void {
    this.#openGate();
    this.#gate = Promise.resolve();
  }

  /** Answers everything with 502, or no longer. */
  setDown(isDown: boolean): void {
    this.#isDown = isDown;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "", "http://studio");
    const sampleId = Number(pathname.split("/").at(-1));
    if (this.#isDown) send(response, "{}", 502);
    else if (pathname === "/v1/api/projects") send(response, JSON.stringify({ success: true, projects: [PROJECT] }));
    else if (!this.#samples.has(sampleId)) send(response, JSON.stringify({ success: false, error: "No such thing" }));
    else if (pathname.includes("/classify/v2/")) {
      this.classified.set(sampleId, (this.classified.get(sampleId) ?? 0) + 1);
      await this.#gate;
      send(response, this.#classify(sampleId));
    } else if (pathname.includes("/raw-data/")) {
      const { sample, payload, totalPayloadLength } = this.#sampleAnswer(sampleId, 1);
      send(response, JSON.stringify({ success: true, sample, payload, totalPayloadLength }));
    } else send(response, JSON.stringify({ success: false, error: `No such call: ${pathname}` }));
  }

  #classify(sampleId: number): string {
    const known = this.#answers.get(sampleId);
    if (known !== undefined) return known;
    const { windows, labels } = this.#samples.get(sampleId) as FakeSample;
    const readings = readingsOf(windows);
    const stretch = Math.max(1, Math.floor(readings / labels));
    const answer = JSON.stringify({
      success: true,
      classifications: [
        {
          learnBlock: { id: 3, type: "keras", name: "Classifier", title: "Classification", dsp: [2] },
          result: [...expectedWindows(sampleId, windows)].map(({ scores }) => scores),
          expectedLabels: Array.from({ length: labels }, (_, i) => ({
            startIndex: i * stretch,
            endIndex: i === labels - 1 ? readings - 1 : (i + 1) * stretch - 1,
            label: CLASSES[i % 2],
          })),
          minimumConfidenceRating: 0.6,
        },
      ],
      sample: this.#sampleAnswer(sampleId, readings),
      windowSizeMs: WINDOW_READINGS * INTERVAL_MS,
      windowIncreaseMs: INTERVAL_MS,
      alreadyInDatabase: false,
    });
    // Long ones are asked for again after a restart; many short ones would only fill the memory.
    if (windows > 1_000) this.#answers.set(sampleId, answer);
    return answer;
  }

  #sampleAnswer(id: number, readings: number) {
    const valuesCount = readingsOf(this.#samples.get(id)?.windows ?? 0);
    return {
      sample: { id, filename: `wave.${id}`, label: "idle", category: "testing", intervalMs: INTERVAL_MS, valuesCount },
      payload: {
        device_type: "FAULTS",
        sensors: [{ name: "accX", units: "m/s2" }],
        values: Array.from({ length: readings }, (_, i) => [i % 100]),
        intervalMs: INTERVAL_MS,
      },
      totalPayloadLength: valuesCount,
    };
  }
}

/** What the result of a sample consists of. */
export function* expectedWindows(sampleId: number, windows: number): Generator<ExpectedWindow> {
  const random = seededRandom(sampleId);
  for (let index = 0; index < windows; index++) {
    // Float32, as Studio's numbers are.
    const scores = Object.fromEntries(CLASSES.map((name) => [name, Math.fround(random())]));
    const startMs = index * INTERVAL_MS;
    yield { index, startMs, endMs: startMs + WINDOW_READINGS * INTERVAL_MS, scores };
  }
}

function readingsOf(windows: number): number {
  return windows === 0 ? WINDOW_READINGS - 1 : WINDOW_READINGS + windows - 1;
}

function send(response: ServerResponse, json: string, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(json);
}
