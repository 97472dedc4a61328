import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

import { startStudio, type RunningStudio } from "@windowscope/studio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createFolder } from "./harness.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const KEY = "ei_packages";

/** What somebody else writes who has installed the SDK. */
const PROGRAM = `
import { createStudio, StudioNotFoundError, type StudioRequest } from "@windowscope/sdk";
import type { Schemas } from "@windowscope/sdk/api-types";

const studio = createStudio({ apiKey: "${KEY}", baseUrl: process.argv[2]! });
const { projects } = await studio.call("listProjects");
const [project] = projects;
const request: StudioRequest<"getSample"> = { path: { projectId: project!.id, sampleId: 99 } };
const reason = await studio.call("getSample", request).catch((error: unknown) => error);
const name: Schemas["Project"]["name"] = project!.name;
export const forgetful = () => [
  // @ts-expect-error There is no such operation.
  studio.call("getEverything"),
  // @ts-expect-error The path needs a project.
  studio.call("getProjectInfo"),
  // @ts-expect-error The query needs a category.
  studio.call("listSamples", { path: { projectId: 1 } }),
  studio.call("listSamples", { path: { projectId: 1 }, query: { category: "testing" } }),
];
console.log(JSON.stringify({ name, isMissing: reason instanceof StudioNotFoundError }));
`;

describe("the packed packages, installed by npm in a folder of somebody else's", () => {
  const { folder, remove } = createFolder();
  let studio: RunningStudio;

  function run(command: string, ...args: readonly string[]): string {
    return execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }

  beforeAll(async () => {
    for (const name of ["sdk", "codegen"]) {
      const pack = ["exec", "--yes", "--package=pnpm@10.34.9", "--", "pnpm", "pack", "--pack-destination", folder];
      execFileSync("npm", pack, { cwd: path.join(ROOT, "packages", name), stdio: "ignore" });
    }
    const tarballs = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
    expect(tarballs).toHaveLength(2);
    writeFileSync(path.join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
    const packages = ["typescript@5.9.3", "@types/node@20.19.43", "ws@8.23.0", "@types/ws@8.18.2"];
    run("npm", "install", "--no-audit", "--no-fund", ...tarballs.map((file) => `./${file}`), ...packages);
    mkdirSync(path.join(folder, "src"));
    writeFileSync(path.join(folder, "src/program.ts"), PROGRAM);
    const readme = readFileSync(path.join(ROOT, "packages/sdk/README.md"), "utf8");
    const blocks = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code);
    expect(blocks.length).toBeGreaterThan(1);
    writeFileSync(path.join(folder, "src/readme.ts"), blocks.join("\n"));
    studio = await startStudio({ apiKey: KEY, project: "empty", ports: { studio: 0, devices: 0, ingestion: 0 } });
  }, 180_000);

  afterAll(async () => {
    await studio?.close();
    remove();
  });

  it.each([
    { module: "nodenext", moduleResolution: "nodenext" },
    { module: "esnext", moduleResolution: "bundler" },
  ])("typecheck and run under $moduleResolution", { timeout: 60_000 }, async ({ module, moduleResolution }) => {
    const options = {
      module,
      moduleResolution,
      target: "es2023",
      strict: true,
      types: ["node"],
      outDir: moduleResolution,
    };
    const file = path.join(folder, `tsconfig.${moduleResolution}.json`);
    writeFileSync(file, JSON.stringify({ compilerOptions: { ...options, skipLibCheck: true }, include: ["src"] }));
    run(process.execPath, "node_modules/typescript/bin/tsc", "-p", file);

    // The Studio answers from this process, so it must not be blocked.
    const args = [path.join(folder, moduleResolution, "program.js"), studio.url];
    const { stdout } = await promisify(execFile)(process.execPath, args);

    expect(JSON.parse(stdout)).toEqual({ name: "Local project", isMissing: true });
  });

  it("generate from a document, say what is stale, and report a change", { timeout: 60_000 }, () => {
    const document = path.join(folder, "api.yaml");
    const api = (type: string) => `openapi: 3.1.0
info: { title: Things, version: "1" }
paths:
  /thing:
    get:
      operationId: getThing
      responses:
        "200":
          description: It.
          content: { application/json: { schema: { type: object, required: [id], properties: { id: { type: ${type} } } } } }
`;
    writeFileSync(document, api("integer"));
    const bin = path.join(folder, "node_modules/.bin/windowscope-codegen");
    run(bin, document, "--out", "generated");
    expect(readdirSync(path.join(folder, "generated")).sort()).toEqual([
      "api-operations.gen.ts",
      "api-requests.gen.ts",
      "api-validators.gen.ts",
      "api.gen.ts",
    ]);
    run(bin, document, "--out", "generated", "--check");

    writeFileSync(path.join(folder, "old.yaml"), api("integer"));
    writeFileSync(document, api("string"));
    expect(() => run(bin, document, "--out", "generated", "--check")).toThrow("Stale: generated/api.gen.ts");
    expect(() => run(bin, "diff", "old.yaml", "api.yaml", "--fail-on", "breaking")).toThrow();
    expect(run(bin, "diff", "old.yaml", "api.yaml")).toMatch(/breaking/i);
  });
});
