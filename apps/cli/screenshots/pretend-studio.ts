/** A Studio with made-up projects, as far as the page's pictures need one. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { PICTURE } from "./drawn-picture.ts";
import type { PretendProject, PretendSample } from "./pretend-projects.ts";

const SAMPLES_PER_PROJECT = 1_000;
const NOT_TRAINED = "The impulse has not been trained yet. Train its learning blocks, then classify again.";

export class PretendStudio {
  readonly #server: Server;
  readonly #projects: readonly PretendProject[];

  private constructor(projects: readonly PretendProject[]) {
    this.#projects = projects;
    this.#server = createServer((request, response) => this.#answer(request.url ?? "", response));
  }

  static async start(projects: readonly PretendProject[]): Promise<PretendStudio> {
    const studio = new PretendStudio(projects);
    await new Promise<void>((resolve) => studio.#server.listen(0, "127.0.0.1", resolve));
    return studio;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(url: string, response: ServerResponse): void {
    const { pathname } = new URL(url, "http://studio");
    const parts = pathname.replace("/v1/api/", "").split("/");
    const project = this.#projects.find(({ id }) => id === Number(parts[0]));
    const sampleId = Number(parts.find((part) => Number(part) >= SAMPLES_PER_PROJECT));
    const sample = project?.samples[sampleId % SAMPLES_PER_PROJECT];
    if (parts[0] === "projects") send(response, { projects: this.#projects.map(describe) });
    else if (!project) refuse(response, "No such project");
    else if (parts.length === 1) send(response, projectAnswer(project));
    else if (parts[1] === "impulse") send(response, { impulse: impulseOf(project) });
    else if (pathname.includes("/classify/") && !sample) refuse(response, NOT_TRAINED);
    else if (pathname.includes("/classify/")) send(response, classifyAnswer(sampleId, sample as PretendSample));
    else if (pathname.endsWith("/image") && sample?.picture) {
      response.writeHead(200, { "content-type": "image/png" }).end(sample.picture);
    } else if (pathname.endsWith("/wav") && sample) {
      response.writeHead(200, { "content-type": "audio/wav" }).end(toWav(sample));
    } else if (parts[1] === "raw-data" && !sample) {
      send(response, { sample: { id: sampleId, filename: "kitchen.09", label: "yes" }, payload: {} });
    } else if (parts[1] === "raw-data") send(response, sampleAnswer(sampleId, sample as PretendSample));
    else refuse(response, `No such call: ${pathname}`);
  }
}

/** The id of a project's sample. */
export function sampleIdOf({ id }: PretendProject, index: number): number {
  return id * SAMPLES_PER_PROJECT + index;
}

function describe({ id, name }: PretendProject) {
  return { id, name, description: "Made up for a picture" };
}

function projectAnswer(project: PretendProject) {
  return {
    project: describe(project),
    dataSummary: { labels: [], dataCount: project.samples.length, totalLengthMs: 0 },
    devices: [],
  };
}

function impulseOf({ impulse, inputKind, samples: [first] }: PretendProject) {
  const { windowSizeMs = 1_000, windowIncreaseMs = 100 } = first ?? {};
  const size =
    inputKind === "image"
      ? { imageWidth: PICTURE.width, imageHeight: PICTURE.height }
      : { windowSizeMs, windowIncreaseMs };
  const input = { id: 1, type: inputKind, name: "Input", title: "Input", ...size };
  const learnBlocks = (first?.blocks ?? []).map((block) => (block as { learnBlock: object }).learnBlock);
  return { id: 1, name: impulse, inputBlocks: [input], dspBlocks: [], learnBlocks };
}

function classifyAnswer(id: number, sample: PretendSample) {
  const { blocks: classifications, windowSizeMs, windowIncreaseMs } = sample;
  const answer = sampleAnswer(id, sample);
  return { classifications, sample: answer, windowSizeMs, windowIncreaseMs, alreadyInDatabase: false };
}

function sampleAnswer(id: number, sample: PretendSample) {
  const { name, label, intervalMs, sensors, values, boundingBoxes = [] } = sample;
  const valuesCount = values.length;
  return {
    sample: { id, filename: name, label, category: "testing", intervalMs, valuesCount, boundingBoxes },
    payload: { device_type: "MADE_UP", sensors, values, intervalMs },
    totalPayloadLength: valuesCount,
  };
}

/** One channel of 16 bits. */
function toWav({ values, intervalMs }: PretendSample): Buffer {
  const rate = Math.round(1000 / intervalMs);
  const wav = Buffer.alloc(44 + values.length * 2);
  wav.write("RIFF", 0, "latin1");
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write("WAVEfmt ", 8, "latin1");
  wav.writeUInt32LE(16, 16);
  wav.set([1, 0, 1, 0], 20);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * 2, 28);
  wav.set([2, 0, 16, 0], 32);
  wav.write("data", 36, "latin1");
  wav.writeUInt32LE(values.length * 2, 40);
  values.forEach(([value = 0], i) => wav.writeInt16LE(Math.max(-32_768, Math.min(32_767, value)), 44 + i * 2));
  return wav;
}

function refuse(response: ServerResponse, error: string): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ success: false, error }));
}

function send(response: ServerResponse, answer: object): void {
  const body = JSON.stringify({ success: true, ...answer });
  response.writeHead(200, { "content-type": "application/json" }).end(body);
}
