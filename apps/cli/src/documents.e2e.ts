/** The blocks of code in the documents: run, checked, or excused by name. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { listDocuments, readDocument, ROOT } from "./documents.ts";
import { createFolder, findFreePorts, startProgram, type Program } from "./harness.ts";
import { codeBlocksOf } from "./markdown.ts";

const KEY = "ei_documents_0123456789";
/** Output, pictures and data; whoever reads them runs nothing. */
const NO_CODE = ["", "json", "jsonc"];

/** Blocks that this file does not run, by document and first line, and what runs them, or why nothing can. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "README.md: npm start":
    "apps/cli/src/start.e2e.ts starts what it starts; .ci/run installs and builds in the same way",
  "README.md: npm test": ".ci/run does it",
  "README.md: EI_API_KEY=ei_... npm start":
    "needs a key of the cloud; apps/cli/src/start.e2e.ts gives one of a local Studio",
  "README.md: npx pnpm@10 windowscope-studio import FOLDER": "apps/studio/src/program/program.e2e.ts",
  "README.md: npx pnpm@10 windowscope studio export impulse.json": "apps/cli/src/trouble.e2e.ts",
  "README.md: npx pnpm@10 pack:examples": "apps/cli/src/packages.e2e.ts packs with the same pnpm pack",
  "README.md: npm install ../windowscope/examples/packed/windowscope-sdk.tgz \\":
    "needs a project beside the clone; apps/cli/src/packages.e2e.ts installs the same files into one",
  "apps/cli/README.md: npm install --global windowscope":
    "apps/cli/src/packages.e2e.ts installs and starts the packed one",
  "docs/API-CHANGES.md: .ci/update-api https://example.com/studio.yaml > report.md": "apps/cli/src/monday.e2e.ts",
  "docs/API-CHANGES.md: pnpm exec tsx --conditions=@windowscope/source packages/codegen/src/cli.ts https://studio.edgeimpulse.com/openapi.yml \\":
    "apps/cli/src/monday.e2e.ts does it with an address of its own",
  "docs/IMPULSE.md: npx pnpm@10 windowscope studio import impulse.json": "apps/cli/src/trouble.e2e.ts",
  "docs/LOCAL-STUDIO.md: windowscope-studio import recordings/    # a folder of files":
    "apps/studio/src/program/program.e2e.ts",
  'docs/LOCAL-STUDIO.md: EI_HOST=localhost edge-impulse-daemon --api-key "$(cat .windowscope/studio-key)"':
    "is on npm no longer; apps/studio/src/official-programs.e2e.ts runs those that are, which speak the same",
  "docs/LOCAL-STUDIO.md: STUDIO=http://127.0.0.1:4800/v1/api/1 KEY=$(cat .windowscope/studio-key)":
    "needs a sample of a trained project; apps/studio/src/sdk-client.test.ts asks the same of one",
  "docs/LOCAL-STUDIO.md: npm install --save-dev ../windowscope/examples/packed/windowscope.tgz":
    "needs a project beside the clone; apps/cli/src/packages.e2e.ts installs the same file into one",
  "docs/OPERATIONS.md: EI_API_KEY=ei_... npx pnpm@10 windowscope serve": "apps/cli/src/access.e2e.ts",
  "docs/OPERATIONS.md: WINDOWSCOPE_ACCESS_TOKEN=...":
    "are settings; apps/cli/src/documents.test.ts looks for their names, apps/cli/src/access.e2e.ts has some",
  "docs/OPERATIONS.md: frontend https": "haproxy is not installed for tests",
  "docs/OPERATIONS.md: scrape_configs:": "is for Prometheus; apps/server/src/access/access.test.ts asks as it does",
  "examples/README.md: npx pnpm@10 pack:examples": "apps/cli/src/packages.e2e.ts packs with the same pnpm pack",
  ...Object.fromEntries(
    readdirSync(path.join(ROOT, "examples"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== "packed")
      .map(({ name }) => [`examples/${name}/README.md: npm install`, "apps/cli/src/packages.e2e.ts runs each example"]),
  ),
  'packages/plot/README.md: import { openPlot } from "@windowscope/plot";': "packages/plot/src/readme.test.ts",
  'packages/plot/README.md: import { drawTraces, packColour, PixelImage, scaleOf, showAll, Trace } from "@windowscope/plot";':
    "packages/plot/src/readme.test.ts",
  'packages/protocol/README.md: curl -N -H "Authorization: Bearer $WINDOWSCOPE_ACCESS_TOKEN" http://127.0.0.1:4700/api/v1/runs/run-.../events':
    "needs a run; apps/server/src/live/event-routes.test.ts asks for the events of one",
};

/** The blocks of a shell that run here, by their first line, in this order; each on a Studio of its own project. */
const RUN_HERE: readonly string[] = [
  "README.md: node -e 'const values = Array.from({ length: 500 }, (_, i) => [Math.sin(i / 8), 0, 9.8 + 7 * Math.sin(i / 8)]);",
  'docs/LOCAL-STUDIO.md: curl -H "x-api-key: $(cat .windowscope/studio-key)" -F "data=@walk.1.json" -F "data=@structured_labels.labels" \\',
  'docs/LOCAL-STUDIO.md: curl -H "x-api-key: $(cat .windowscope/studio-key)" -F "data=@idle.1.json" http://127.0.0.1:4810/api/training/files',
  "docs/LOCAL-STUDIO.md: STUDIO=http://127.0.0.1:4800 KEY=ei_...",
  "docs/LOCAL-STUDIO.md: # Too many requests, once for everything",
];
const GENERATOR = "packages/codegen/README.md: windowscope-codegen api.yaml --out src/generated";
const NGINX = "docs/OPERATIONS.md: upstream windowscope {";
const NGINX_PROGRAMS = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/opt/homebrew/bin/nginx"];

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
    .map((block) => ({ file, ...block, first: `${file}: ${block.text.split("\n")[0] ?? ""}` })),
);
const programs = blocks.filter(({ language }) => language === "ts");

describe("the blocks of code in the documents", () => {
  it("are run, checked, or excused by name", () => {
    const known = [...Object.keys(ELSEWHERE), ...RUN_HERE, GENERATOR, NGINX, ...programs.map(({ first }) => first)];

    expect(blocks.map(({ first }) => first).filter((first) => !known.includes(first))).toEqual([]);
  });

  it("are all there that something is said about, each once", () => {
    const there = blocks.map(({ first }) => first);
    const named = [...Object.keys(ELSEWHERE), ...RUN_HERE, GENERATOR, NGINX];

    expect(named.filter((first) => there.filter((each) => each === first).length !== 1)).toEqual([]);
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
    for (const name of ["engine", "protocol", "runlog", "sdk"])
      symlinkSync(path.join(ROOT, "packages", name), path.join(folder, "node_modules/@windowscope", name));
    // The program as it is published, which is what one installs to import from.
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
    const text = textOf(first);
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

describe("the blocks of others", () => {
  const { folder, remove } = createFolder();
  afterAll(remove);

  it("generate code, say that it is current, and report a change", { timeout: 300_000 }, async () => {
    const api = `openapi: 3.1.0
info: { title: Jobs, version: "1" }
paths:
  /jobs:
    get: { operationId: getJobStatus, tags: [Classify], responses: { "204": { description: Nothing new. } } }
`;
    for (const name of ["api.yaml", "old.yaml", "new.yaml"]) writeFileSync(path.join(folder, name), api);
    const server = createServer((_, response) => void response.end(api));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const program = `windowscope-codegen() { "${process.execPath}" "${path.join(ROOT, "packages/codegen/bin.mjs")}" "$@"; }\n`;
    const commands = textOf(GENERATOR).replaceAll("https://example.com", `http://127.0.0.1:${port}`);

    const { stdout } = await promisify(execFile)("bash", ["-ec", program + commands], { cwd: folder }).finally(
      () => new Promise((resolve) => server.close(resolve)),
    );

    expect(stdout).toContain("written   src/classify/api.gen.ts");
    expect(stdout).toContain("No differences.");
    expect(readFileSync(path.join(folder, "api.json"), "utf8")).toBe(api);
  });

  it("are what nginx takes for its configuration", async ({ skip }) => {
    const nginx = NGINX_PROGRAMS.find((candidate) => existsSync(candidate));
    skip(nginx === undefined && !process.env.CI, "nginx is not installed: its configuration was not read.");
    const [certificate, key, file] = ["scope.pem", "scope.key", "nginx.conf"].map((name) => path.join(folder, name));
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=scope.example"];
    await promisify(execFile)("openssl", [...request, "-out", certificate ?? "", "-keyout", key ?? ""]);
    const server = textOf(NGINX)
      .replace("/etc/ssl/scope.example.pem", certificate ?? "")
      .replace("/etc/ssl/scope.example.key", key ?? "");
    writeFileSync(
      file ?? "",
      `pid ${folder}/nginx.pid; error_log stderr; events {} http { access_log off;\n${server}}\n`,
    );

    const { stderr } = await promisify(execFile)(nginx ?? "nginx", ["-t", "-p", folder, "-c", file ?? ""]);

    expect(stderr).toContain("test is successful");
    expect(stderr).not.toContain("[warn]");
  });
});

function textOf(first: string): string {
  return blocks.find((block) => block.first === first)?.text ?? "";
}

/** In the data acquisition format, three axes at 62.5 Hz. */
function recording(length: number): string {
  const values = Array.from({ length }, (_, i) => [Math.sin(i / 8), 0, 9.8]);
  const sensors = ["accX", "accY", "accZ"].map((name) => ({ name, units: "m/s2" }));
  const payload = { device_type: "NONE", interval_ms: 16, sensors, values };
  return JSON.stringify({ protected: { ver: "v1", alg: "none" }, signature: "0", payload });
}
