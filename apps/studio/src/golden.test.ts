import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { scoreKMeans, toImpulseDocument, type KMeansModel } from "@windowscope/engine";
import { readGoldenLines, readReferenceImpulse, referencePath } from "@windowscope/engine/reference-data";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startStudio, type RunningStudio } from "./start.ts";

const KEY = "ei_golden";

interface Classification {
  readonly result: readonly Readonly<Record<string, number>>[];
}

describe("a local Studio with Edge Impulse's own motion impulse", () => {
  let studio: RunningStudio;

  beforeAll(async () => {
    studio = await startStudio({ apiKey: KEY, project: "empty", ports: { studio: 0, devices: 0, ingestion: 0 } });
  });

  afterAll(() => studio.close());

  async function get(route: string): Promise<unknown> {
    const response = await fetch(`${studio.url}/v1/api/${studio.projectId}${route}`, { headers: { "x-api-key": KEY } });
    return response.json();
  }

  async function post(url: string, body?: BodyOfRequest): Promise<Record<string, unknown>> {
    const response = await fetch(url, { method: "POST", headers: { "x-api-key": KEY }, ...(body && { body }) });
    return (await response.json()) as Record<string, unknown>;
  }

  /** Asks until there is a result; the first answer is a job. */
  async function classify(sampleId: number): Promise<readonly Classification[]> {
    for (;;) {
      const answer = await post(`${studio.url}/v1/api/${studio.projectId}/classify/v2/${sampleId}`);
      if (answer.classifications) return answer.classifications as Classification[];
      expect(answer).toMatchObject({ success: true });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  it("classifies every window of the 26 real recordings as the C++ SDK does, and as a client can recompute", async ({
    skip,
  }) => {
    const impulse = readReferenceImpulse(skip);
    const golden = goldenWindowsByFile(skip);
    await post(`${studio.url}/windowscope/impulses`, JSON.stringify(toImpulseDocument(impulse)));

    let windows = 0;
    let worstAnomaly = 0;
    let worstRecomputed = 0;
    const metadata = (await get("/training/anomaly/4/metadata")) as KMeansModel;
    for (const folder of ["testing", "training"]) {
      const files = readdirSync(referencePath(skip, "gestures", folder)).filter((file) => file.endsWith(".cbor"));
      const form = new FormData();
      for (const file of files) {
        const bytes = readFileSync(referencePath(skip, "gestures", folder, file));
        form.append("data", new Blob([new Uint8Array(bytes)]), file);
      }
      const { files: stored } = (await post(`${studio.ingestionUrl}/api/${folder}/files`, form)) as {
        files: { sampleId: number }[];
      };
      for (const [i, { sampleId }] of stored.entries()) {
        const file = path.posix.join("gestures", folder, files[i] ?? "");
        const [classifier, anomaly] = await classify(sampleId);
        const expected = golden.get(file) ?? [];

        expect(classifier?.result.map(topClass), file).toEqual(
          expected.map(({ classification }) => topClass(classification)),
        );
        expected.forEach((window, w) => {
          worstAnomaly = Math.max(worstAnomaly, Math.abs((anomaly?.result[w]?.anomaly ?? NaN) - window.anomaly));
        });
        const { data } = (await get(`/dsp/2/features/get-graph/classification/${sampleId}`)) as {
          data: readonly { X: readonly number[] }[];
        };
        expect(data, file).toHaveLength(expected.length);
        data.forEach(({ X }, w) => {
          const difference = scoreKMeans(metadata, Float64Array.from(X)) - (anomaly?.result[w]?.anomaly ?? NaN);
          worstRecomputed = Math.max(worstRecomputed, Math.abs(difference));
        });
        windows += expected.length;
      }
    }

    console.log(
      `${windows} windows; worst difference of anomaly scores: ${worstAnomaly}, recomputed ${worstRecomputed}`,
    );
    expect(windows).toBe(2540);
    expect(worstAnomaly).toBeLessThan(0.01);
    expect(worstRecomputed).toBeLessThan(1e-6);
  });
});

type BodyOfRequest = string | FormData;

interface GoldenWindow {
  readonly classification: Readonly<Record<string, number>>;
  readonly anomaly: number;
}

/** The SDK's answers for full windows; the one behind a recording's end, which it fills with zeros, is not in Studio's. */
function goldenWindowsByFile(skip: Parameters<typeof readGoldenLines>[0]): Map<string, GoldenWindow[]> {
  const byFile = new Map<string, GoldenWindow[]>();
  let windows: GoldenWindow[] = [];
  for (const line of readGoldenLines(skip, "impulse-v2fft16") as (GoldenWindow & { file?: string; padded: number })[]) {
    if (line.file !== undefined) byFile.set(line.file, (windows = []));
    else if (line.padded === 0) windows.push(line);
  }
  return byFile;
}

function topClass(scores: Readonly<Record<string, number>>): string {
  return Object.entries(scores).reduce((top, entry) => (entry[1] > top[1] ? entry : top))[0];
}
