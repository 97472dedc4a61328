/**
 * What a large API document costs: processor time to generate a client, and to check the types of a program that makes
 * one call with it. Ours beside two other generators.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { listOperations, normalise, parseOpenApi, type OpenApiDocument } from "@windowscope/codegen";
import { createLargeDocument } from "@windowscope/codegen/large-document";

import { median } from "../median.ts";
import type { Figure } from "../rows.ts";
import { measureChildCpu } from "./child-cpu.ts";

const ROUNDS = 3;
const BENCH = path.resolve(import.meta.dirname, "../..");
/** Inside the package, so that what is generated finds its dependencies. Ignored by every other tool. */
const WORK = path.join(BENCH, "generated");
/** The settings of this repository, which the generated code has to bear. */
const COMPILER_SETTINGS = {
  extends: "../../../tsconfig.base.json",
  compilerOptions: { lib: ["ES2023", "DOM", "DOM.Iterable"] },
  files: ["caller.ts"],
};

interface Generator {
  readonly name: string;
  /** The program and its arguments, run in the generator's own folder. */
  readonly command: (document: string) => readonly string[];
  /** A program that makes one call. */
  readonly caller: (operation: CalledOperation) => string;
}

/** A GET with nothing but `projectId` in its path. */
interface CalledOperation {
  readonly id: string;
  readonly path: string;
}

const OURS: Generator = {
  name: "windowscope-codegen",
  command: (document) => [modulePath("@windowscope/codegen/bin.mjs"), document, "--out", "."],
  caller: ({ id, path }) => `
    import createClient from "openapi-fetch";
    import { operationTable } from "./document-operations.gen.ts";
    import type { paths } from "./document.gen.ts";
    const client = createClient<paths>();
    const { data } = await client.GET(${JSON.stringify(path)}, { params: { path: { projectId: 1 } } });
    export const answer = [data?.item, operationTable.${id}.method];
  `,
};
const PEERS: readonly Generator[] = [
  {
    name: "oazapfts",
    command: (document) => [modulePath("oazapfts/dist/cli.js"), document, "client.ts"],
    caller: ({ id }) => `
      import { ${id} } from "./client.ts";
      const { data } = await ${id}(1);
      export const answer = data.item;
    `,
  },
  {
    name: "@hey-api/openapi-ts",
    // The program itself: the package's binary starts it as a process of its own.
    command: (document) => [
      modulePath("@hey-api/openapi-ts/dist/run.mjs"),
      "-i",
      document,
      "-o",
      "client",
      "--no-log-file",
    ],
    caller: ({ id }) => `
      import { ${id} } from "./client/index.ts";
      const { data } = await ${id}({ path: { projectId: 1 } });
      export const answer = data?.item;
    `,
  },
];
const GENERATORS = [OURS, ...PEERS];

export async function measureGenerators(log: (line: string) => void): Promise<Figure[]> {
  const { text, operationCount } = createLargeDocument();
  // Put right beforehand, since others cannot read it as it comes.
  const { document } = normalise(parseOpenApi(text, "large document").document);
  const called = findCalledOperation(document);
  await rm(WORK, { recursive: true, force: true });
  const file = path.join(WORK, "document.json");
  await mkdir(WORK, { recursive: true });
  await writeFile(file, JSON.stringify(document));

  const generateSeconds = new Map(GENERATORS.map(({ name }) => [name, [] as number[]]));
  const checkSeconds = new Map(GENERATORS.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const generator of GENERATORS) {
      const { name } = generator;
      const folder = await prepareFolder(generator, called);
      const generated = await measureChildCpu(generator.command(file), folder);
      const checked = await measureChildCpu([modulePath("typescript/lib/tsc.js"), "--noEmit", "-p", "."], folder);
      log(`${name}: generated in ${generated.toFixed(1)} s, checked in ${checked.toFixed(1)} s`);
      generateSeconds.get(name)?.push(generated);
      checkSeconds.get(name)?.push(checked);
    }
  }
  await rm(WORK, { recursive: true });
  return [
    ...toFigures(`generate ${operationCount} operations`, generateSeconds),
    ...toFigures(`type-check one call of ${operationCount} operations`, checkSeconds),
  ];
}

/** Ours is compared with the quickest of the others. */
function toFigures(what: string, seconds: ReadonlyMap<string, readonly number[]>): Figure[] {
  const medians = GENERATORS.map(({ name }) => ({ name, value: median(seconds.get(name) ?? []) }));
  const peerValue = Math.min(...medians.filter(({ name }) => name !== OURS.name).map(({ value }) => value));
  return medians.map(({ name, value }) => ({
    row: `${what}, ${name}`,
    value,
    unit: "s of CPU",
    ...(name === OURS.name && { peerValue }),
  }));
}

async function prepareFolder(generator: Generator, called: CalledOperation): Promise<string> {
  const folder = path.join(WORK, path.basename(generator.name));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "tsconfig.json"), JSON.stringify(COMPILER_SETTINGS));
  await writeFile(path.join(folder, "caller.ts"), generator.caller(called));
  return folder;
}

function findCalledOperation(document: OpenApiDocument): CalledOperation {
  for (const [id, { method, path, pathParameters }] of listOperations(document)) {
    if (method === "get" && Object.keys(pathParameters).join() === "projectId") return { id, path };
  }
  throw new Error("The large document has no GET with nothing but projectId in its path.");
}

/** A file of a package that this one depends on, whether the package exports it or not. */
function modulePath(file: string): string {
  return path.join(BENCH, "node_modules", file);
}
