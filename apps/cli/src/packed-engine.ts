/** For packages.e2e.ts, which has it installed: what only the packed engine can show. */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** Designs, trains and runs an impulse, and answers a digest of what it has learnt and found. Any runtime can do that. */
const PROGRAM = `
import { createSeededRandom, designImpulse, fitRecordings, labelWhole, parseImpulse, toImpulseDocument, trainImpulse, trainClassifier, WindowClassifier } from "@windowscope/engine";

function record(label, size, seed) {
  const random = createSeededRandom(seed);
  const readings = Float32Array.from({ length: 1500 }, (_, i) => size * ((i % 20) - 10) + random.normal());
  return { spans: labelWhole(label, 500), axes: ["x", "y", "z"], intervalMs: 16, readings };
}

function finish(training) {
  let step = training.next();
  while (!step.done) step = training.next();
  return step.value;
}

const recordings = [1, 2, 3, 4].flatMap((n) => [record("small", 0.2, n), record("large", 2, 10 + n)]);
const design = designImpulse("two sizes", recordings);
const impulse = finish(trainImpulse(design, fitRecordings(design.input, recordings).fitting, 1));
const classifier = new WindowClassifier(parseImpulse(JSON.parse(JSON.stringify(toImpulseDocument(impulse)))), "int8");
const verdicts = new Set();
classifier.classifyAll(record("large", 2, 99).readings, () => verdicts.add(classifier.verdict()));

const uniform = createSeededRandom(5);
const classes = Uint16Array.from({ length: 200 }, (_, w) => w % 2);
const features = Float64Array.from({ length: 400 }, (_, i) => uniform.normal() + classes[i >> 1]);
const options = { classCount: 2, hiddenNeurons: [6], learningRate: 0.01, epochs: 4, patience: 4, noise: 0.1, seed: 1, validation: undefined };
const { network } = finish(trainClassifier({ features, classes }, options));
export const answer = {
  verdicts: [...verdicts].map((verdict) => impulse.classifier.labels[verdict] ?? verdict),
  weights: network.layers.flatMap(({ weights, bias }) => [...weights, ...bias]),
};
`;

/** What the program answers. */
interface Answer {
  readonly verdicts: readonly string[];
  readonly weights: readonly number[];
}

/**
 * Tests of the engine, packed and installed.
 *
 * @param folder Where it is installed, and esbuild with it.
 * @param browser That the tests are in then.
 */
export function describePackedEngine({
  folder,
  browser,
}: {
  readonly folder: string;
  readonly browser: () => Browser;
}) {
  describe("@windowscope/engine", () => {
    let server: Server | undefined;

    async function run(file: string, ...args: readonly string[]): Promise<string> {
      return (await promisify(execFile)(file, args, { cwd: folder })).stdout;
    }

    async function bundle(file: string): Promise<string> {
      const options = ["--bundle", "--minify", "--format=esm", `--outfile=${file}.bundle.js`];
      await run(path.join(folder, "node_modules/.bin/esbuild"), file, ...options);
      return readFileSync(path.join(folder, `${file}.bundle.js`), "utf8");
    }

    beforeAll(() => {
      const files = {
        "program.js": PROGRAM,
        "in-node.js": `import { answer } from "./program.js"; console.log(JSON.stringify(answer));`,
        "in-worker.js": `import { answer } from "./program.js"; postMessage(answer);`,
        "kmeans.js": `import { scoreKMeans } from "@windowscope/engine"; globalThis.score = scoreKMeans;`,
      };
      for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    });

    afterAll(() => void server?.close());

    it("needs fft.js and flatbuffers, and carries the impulse document's schema", () => {
      const installed = path.join(folder, "node_modules/@windowscope/engine");
      const manifest = JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8")) as {
        dependencies: object;
      };

      expect(Object.keys(manifest.dependencies).sort()).toEqual(["fft.js", "flatbuffers"]);
      expect(JSON.parse(readFileSync(path.join(installed, "impulse.schema.json"), "utf8"))).toHaveProperty(
        "definitions",
      );
    });

    it("trains and classifies the same in Node and in a browser's worker", { timeout: 120_000 }, async () => {
      const inNode = JSON.parse(await run(process.execPath, "in-node.js")) as Answer;
      const worker = await bundle("in-worker.js");
      server = createServer((request, response) => {
        const isWorker = request.url === "/worker.js";
        response
          .setHeader("content-type", isWorker ? "text/javascript" : "text/html")
          .end(isWorker ? worker : "<title>Engine</title>");
      });
      await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
      const page = await browser().newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);

      const inWorker = await page.evaluate(
        () =>
          new Promise<unknown>((resolve, reject) => {
            const started = new Worker("/worker.js", { type: "module" });
            started.onmessage = ({ data }: MessageEvent<unknown>) => resolve(data);
            started.onerror = ({ message }) => reject(new Error(message));
          }),
      );

      expect(inNode.verdicts).toEqual(["large"]);
      expect(inWorker).toEqual(inNode);
      await page.close();
    });

    it("adds less than 3 kB to a program that only uses K-means", async () => {
      expect(gzipSync(await bundle("kmeans.js")).length).toBeLessThan(3_000);
    });
  });
}
