/** The blocks of code in the documents: run, checked, or excused by name. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { listDocuments, readDocument, ROOT } from "./documents.ts";
import { createFolder, findFreePorts, startProgram, type Program } from "./harness.ts";
import { codeBlocksOf } from "./markdown.ts";

const KEY = "ei_documents_0123456789";
/** Output, pictures and data; whoever reads them runs nothing. */
const NO_CODE = ["", "json", "jsonc"];

/** Blocks that this file does not run, by their first line, and what runs them, or why nothing can. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "npm start": "apps/cli/src/start.e2e.ts starts what it starts; .ci/run installs and builds in the same way",
  "npm test": ".ci/run does it",
  "EI_API_KEY=ei_... npm start": "needs a key of the cloud; apps/cli/src/start.e2e.ts gives one of a local Studio",
  "npx pnpm@10 windowscope-studio import FOLDER": "apps/studio/src/program/import-command.test.ts",
  "npx pnpm@10 windowscope studio export impulse.json": "apps/cli/src/engine.e2e.ts",
  "npx pnpm@10 windowscope studio import impulse.json": "apps/cli/src/engine.e2e.ts",
  "windowscope-studio import recordings/    # a folder of files": "apps/studio/src/program/import-command.test.ts",
  'EI_HOST=localhost edge-impulse-daemon --api-key "$(cat .windowscope/studio-key)"':
    "apps/studio/src/official-programs.e2e.ts",
  "STUDIO=http://127.0.0.1:4800/v1/api/1 KEY=$(cat .windowscope/studio-key)":
    "needs a sample of a trained project; apps/studio/src/sdk-client.test.ts asks the same of one",
  "npx pnpm@10 pack:examples": "apps/cli/src/packages.e2e.ts packs the same",
  "npm install ../windowscope/examples/packed/windowscope-sdk.tgz \\": "apps/cli/src/packages.e2e.ts",
  "npm install --save-dev ../windowscope/examples/packed/windowscope.tgz": "apps/cli/src/packages.e2e.ts",
  "npm install --global windowscope": "apps/cli/src/packages.e2e.ts installs the packed one",
  "npm install": "begins each example; apps/cli/src/packages.e2e.ts",
  "EI_API_KEY=ei_... npx pnpm@10 windowscope serve": "apps/cli/src/access.e2e.ts",
  "WINDOWSCOPE_ACCESS_TOKEN=...": "settings and no command; apps/cli/src/access.e2e.ts",
  "upstream windowscope {":
    "needs a certificate and a name; apps/cli/faults/replicas.fault.ts has nginx before two servers",
  "frontend https": "haproxy is not installed for tests",
  "scrape_configs:": "is for Prometheus; apps/cli/src/access.e2e.ts",
  "windowscope-codegen api.yaml --out src/generated": "apps/cli/src/packages.e2e.ts and monday.e2e.ts",
  'curl -N -H "Authorization: Bearer $WINDOWSCOPE_ACCESS_TOKEN" http://127.0.0.1:4700/api/v1/runs/run-.../events':
    "apps/cli/src/access.e2e.ts",
  ".ci/update-api https://example.com/studio.yaml > report.md": "apps/cli/src/monday.e2e.ts",
  "pnpm exec tsx --conditions=@windowscope/source packages/codegen/src/cli.ts https://studio.edgeimpulse.com/openapi.yml \\":
    "apps/cli/src/monday.e2e.ts does it with an address of its own",
  'import { openPlot } from "@windowscope/plot";': "packages/plot/src/readme.test.ts",
  'import { drawTraces, packColour, PixelImage, scaleOf, showAll, Trace } from "@windowscope/plot";':
    "packages/plot/src/readme.test.ts",
};

/** The blocks of a shell that run here, by their first line, in this order; each on a Studio of its own project. */
const RUN_HERE: readonly string[] = [
  "node -e 'const values = Array.from({ length: 500 }, (_, i) => [Math.sin(i / 8), 0, 9.8 + 7 * Math.sin(i / 8)]);",
  'curl -H "x-api-key: $(cat .windowscope/studio-key)" -F "data=@walk.1.json" -F "data=@structured_labels.labels" \\',
  'curl -H "x-api-key: $(cat .windowscope/studio-key)" -F "data=@idle.1.json" http://127.0.0.1:4810/api/training/files',
  "STUDIO=http://127.0.0.1:4800 KEY=ei_...",
  "# Too many requests, once for everything",
];

/** What the blocks of TypeScript take for granted. */
const GIVEN = `import type { connectLive, WindowsEntry } from "@windowscope/protocol";
import type { designImpulse, WindowClassifier } from "@windowscope/engine";
import type { createStudio } from "@windowscope/sdk";
import type { afterAll as after, afterEach as each } from "vitest";

declare global {
  const readings: Float32Array, someReadings: Float32Array, moreReadings: Float32Array, samples: Float32Array;
  const features: Float64Array, bytes: Uint8Array;
  const classifier: WindowClassifier;
  const recordings: Parameters<typeof designImpulse>[1];
  const live: ReturnType<typeof connectLive>, runId: string, windows: WindowsEntry[];
  const studio: ReturnType<typeof createStudio>;
  function show(state: string): void;
  const afterAll: typeof after, afterEach: typeof each;
}
`;

const blocks = listDocuments().flatMap((file) =>
  codeBlocksOf(readDocument(file))
    .filter(({ language }) => !NO_CODE.includes(language))
    .map((block) => ({ file, ...block, first: block.text.split("\n")[0] ?? "" })),
);
const programs = blocks.filter(({ language }) => language === "ts");

describe("the blocks of code in the documents", () => {
  it("are run, checked, or excused by name", () => {
    const known = [...Object.keys(ELSEWHERE), ...RUN_HERE, ...programs.map(({ first }) => first)];

    expect(blocks.filter(({ first }) => !known.includes(first)).map(({ file, first }) => `${file}: ${first}`)).toEqual(
      [],
    );
  });

  it("are all there that something is said about", () => {
    const there = blocks.map(({ first }) => first);

    expect([...Object.keys(ELSEWHERE), ...RUN_HERE].filter((first) => !there.includes(first))).toEqual([]);
  });

  it("are excused by tests that exist", () => {
    const tests = Object.values(ELSEWHERE).flatMap((reason) => reason.match(/(?:apps|packages)\/\S+\.ts/g) ?? []);

    expect(tests.filter((test) => !existsSync(path.join(ROOT, test)))).toEqual([]);
  });
});

describe("the blocks of TypeScript", () => {
  const { folder, remove } = createFolder();
  afterAll(remove);

  it("compile against the packages as they are built", { timeout: 300_000 }, async () => {
    mkdirSync(path.join(folder, "node_modules/@windowscope"), { recursive: true });
    for (const name of ["packages/engine", "packages/protocol", "packages/runlog", "packages/sdk"])
      symlinkSync(path.join(ROOT, name), path.join(folder, "node_modules/@windowscope", path.basename(name)));
    symlinkSync(path.join(ROOT, "apps/cli/dist/package"), path.join(folder, "node_modules/windowscope"));
    for (const name of ["@types", "vitest", "ws"])
      symlinkSync(path.join(ROOT, "apps/cli/node_modules", name), path.join(folder, "node_modules", name));
    writeFileSync(path.join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(path.join(folder, "given.ts"), GIVEN);
    // Each is a module, also the ones that import nothing.
    for (const [i, { file, text }] of programs.entries())
      writeFileSync(path.join(folder, `${file.replaceAll("/", "-")}.${i}.ts`), `${text}\nexport {};\n`);
    const compilerOptions = {
      module: "nodenext",
      target: "es2023",
      lib: ["es2023", "dom"],
      strict: true,
      // Others are stricter than this repository.
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: true,
      types: ["node"],
    };
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));

    const tsc = path.join(ROOT, "apps/cli/node_modules/typescript/bin/tsc");
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", folder, "--pretty", "false"]).catch(
      (error: { stdout: string }) => error,
    );

    expect(stdout).toBe("");
    expect(programs.length).toBeGreaterThan(10);
  });
});

describe("the blocks of a shell", () => {
  const { folder, remove } = createFolder();
  const ports: Record<string, number> = {};
  let studio: Program;

  beforeAll(async () => {
    const [studioPort, devicesPort, ingestionPort] = (await findFreePorts(3)) as [number, number, number];
    Object.assign(ports, { 4800: studioPort, 4802: devicesPort, 4810: ingestionPort });
    studio = startProgram(["studio"], {
      WINDOWSCOPE_DATA_DIR: path.join(folder, ".windowscope"),
      WINDOWSCOPE_DEMO: "off",
      WINDOWSCOPE_STUDIO_KEY: KEY,
      WINDOWSCOPE_STUDIO_PORT: String(studioPort),
      WINDOWSCOPE_DEVICES_PORT: String(devicesPort),
      WINDOWSCOPE_INGESTION_PORT: String(ingestionPort),
    });
    await studio.prints(`:${studioPort}`);
    // The Studio keeps a key that it was given nowhere.
    writeFileSync(path.join(folder, ".windowscope/studio-key"), KEY);
    for (const name of ["walk.1.json", "idle.1.json"]) writeFileSync(path.join(folder, name), recording(625));
    const labels = codeBlocksOf(readDocument("docs/LOCAL-STUDIO.md")).find(({ text }) =>
      text.includes('"structured-labels"'),
    );
    writeFileSync(path.join(folder, "structured_labels.labels"), labels?.text ?? "");
  });

  afterAll(async () => {
    await studio?.end("SIGTERM");
    remove();
  });

  it.each(RUN_HERE)("%s", { timeout: 300_000 }, async (first) => {
    const { text = "" } = blocks.find((block) => block.first === first) ?? {};
    const behaviour = text.includes("$STUDIO/windowscope") && !text.startsWith("STUDIO=");
    const before = behaviour ? "STUDIO=http://127.0.0.1:4800 KEY=ei_...\n" : "";
    const script = (before + text)
      .replace(/:(4800|4802|4810)\b/g, (_, port: string) => `:${ports[port]}`)
      .replaceAll("ei_...", KEY)
      // A status of 400 and above is a failure, and progress is of no interest.
      .replaceAll(/^curl /gm, "curl --silent --show-error --fail-with-body ");

    const { stdout } = await promisify(execFile)("sh", ["-ec", script], { cwd: folder });

    expect(stdout).not.toContain('"success":false');
    expect(stdout).toMatch(/[{[]/);
  });
});

/** In the data acquisition format, three axes at 62.5 Hz. */
function recording(length: number): string {
  const values = Array.from({ length }, (_, i) => [Math.sin(i / 8), 0, 9.8]);
  const sensors = ["accX", "accY", "accZ"].map((name) => ({ name, units: "m/s2" }));
  const payload = { device_type: "NONE", interval_ms: 16, sensors, values };
  return JSON.stringify({ protected: { ver: "v1", alg: "none" }, signature: "0", payload });
}
