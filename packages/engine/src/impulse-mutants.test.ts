import { readFileSync } from "node:fs";

import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";

import { DocumentError } from "./json-reader.ts";
import { parseImpulse } from "./parse-impulse.ts";

const schema = JSON.parse(readFileSync(new URL("../impulse.schema.json", import.meta.url), "utf8")) as object;
const isValid = new Ajv().compile(schema);

/** What no schema can say: which lists are of one length, which names repeat others, what stands in base64. */
const BEYOND_SCHEMA =
  /one for each of |axes of the input|as the labels|as the next layer's inputs|1 or \d+ scales|base64/;

const input = { axes: ["x", "y"], frequencyHz: 50, windowSizeMs: 400, windowIncreaseMs: 100, padZeros: true };
const ofSome = { type: "anywhere-in-window-min-percentage", labels: ["a"], minPercentage: 20 };
const raw = { parameters: { type: "raw", version: 1, scaleAxes: 2 } };
const impulse = { format: "windowscope-impulse", version: 2, name: "n", input, blocks: [raw] };
const quantisation = { scale: 0.1, zeroPoint: 3 };
const shape = { inputs: 2, outputs: 2, activation: "relu" };
const standardised = { axes: [0, 1], mean: [1, 2], scale: [1, 2], threshold: 0.3 };
const zeros = (bytes: number) => Buffer.alloc(bytes).toString("base64");

/** Together they have every member that there is, but for the settings of blocks. */
const documents: readonly { readonly name: string; readonly document: object }[] = [
  {
    name: "a dense classifier and K-means",
    document: {
      ...impulse,
      input: { ...input, classificationWindowIncreaseMs: 200, labelling: ofSome },
      blocks: [{ ...raw, axes: ["y"], normalisation: { mean: [1], scale: [2] } }],
      classifier: {
        labels: ["a", "b"],
        minimumConfidence: 0.6,
        float32: { layers: [{ ...shape, weights: zeros(16), bias: zeros(8) }] },
        int8: {
          input: quantisation,
          layers: [{ ...shape, weights: zeros(4), weightScales: [0.1, 0.2], bias: zeros(8), output: quantisation }],
        },
      },
      anomaly: { ...standardised, clusters: [{ center: [0, 0], maxError: 1 }] },
    },
  },
  {
    name: "a classifier from a file and a Gaussian mixture",
    document: {
      ...impulse,
      input: { ...input, labelling: { type: "anywhere-in-window", labels: ["a", "b"] } },
      classifier: { labels: ["a"], minimumConfidence: 0.6, float32: { tflite: "AAAA" } },
      anomaly: {
        ...standardised,
        weights: [1],
        means: [[0, 0]],
        covariances: [
          [
            [1, 0],
            [0, 1],
          ],
        ],
      },
    },
  },
  {
    name: "a regression",
    document: {
      ...impulse,
      input: { ...input, labelling: { type: "end-of-window" } },
      regression: { float32: { tflite: "AAAA" }, int8: { tflite: "AAAA" } },
    },
  },
];

const REPLACEMENTS: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1, 1.5, 128, 1e6, "", "x", "AAAA", "relu", "anomaly"],
  ...[
    [],
    {},
    [1],
    [0, 1, 2],
    ["a"],
    [""],
    ["a", "a"],
    [null],
    [{}],
    { tflite: "" },
    { tflite: "AAAA" },
    { layers: [] },
  ],
];

/** The document with each of its values in turn left out, replaced, or given a member more. */
function* mutantsOf(document: object): Generator<{ readonly change: string; readonly mutant: object }> {
  for (const path of pathsIn(document, [])) {
    const at = (edit: (parent: Record<string, unknown>, key: string) => void) => {
      const mutant = structuredClone(document);
      const whole = mutant as Record<string, unknown>;
      const parent = path.slice(0, -1).reduce((of, key) => of[key] as Record<string, unknown>, whole);
      edit(parent, path.at(-1) as string);
      return mutant;
    };
    const pointer = `/${path.join("/")}`;
    yield {
      change: `${pointer} left out`,
      mutant: at((parent, key) => {
        if (Array.isArray(parent)) parent.splice(Number(key), 1);
        else delete parent[key];
      }),
    };
    for (const value of REPLACEMENTS) {
      yield { change: `${pointer} = ${JSON.stringify(value)}`, mutant: at((parent, key) => (parent[key] = value)) };
    }
    yield {
      change: `${pointer} with a surprise`,
      mutant: at((parent, key) => {
        const value = parent[key];
        if (typeof value === "object" && !Array.isArray(value)) parent[key] = { ...value, surprise: 1 };
      }),
    };
  }
}

function pathsIn(value: unknown, path: readonly string[]): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, member]) => pathsIn(member, [...path, key]));
  return path.length === 0 ? below : [path, ...below];
}

/** What the loader has against a document; `undefined` when it reads it. */
function refusalOf(document: object): string | undefined {
  try {
    parseImpulse(document);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(DocumentError);
    return (error as DocumentError).message;
  }
}

describe("impulse.schema.json and parseImpulse, of documents with one value changed", () => {
  it.each(documents)("refuse the same in one with $name", ({ document }) => {
    expect([isValid(document), refusalOf(document)]).toEqual([true, undefined]);
    let refused = 0;
    let mutants = 0;

    for (const { change, mutant } of mutantsOf(document)) {
      mutants++;
      const refusal = refusalOf(mutant);
      if (!isValid(mutant)) {
        refused++;
        expect(refusal, `${change}: only the schema refuses it`).toBeDefined();
      } else if (refusal !== undefined) {
        expect(refusal, `${change}: only the loader refuses it`).toMatch(BEYOND_SCHEMA);
      }
    }

    console.log(`${refused} of ${mutants} changed documents refused by the schema`);
    expect(refused).toBeGreaterThan(300);
  });
});
