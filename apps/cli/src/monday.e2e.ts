/** docs/API-CHANGES.md, done: a new API document arrives, in a copy of this repository. */
import { execFile, execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { listSources, ROOT } from "./documents.ts";
import { createFolder } from "./harness.ts";

/** Generating and checking types is all processor time, of which there may be little. */
const TIMEOUT_MS = 600_000;
const DOCUMENT = readFileSync(path.join(ROOT, "openapi/studio.yaml"), "utf8");

const { folder, remove } = createFolder();
const documents = new Map<string, string>();
let server: Server;
let address: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const document = documents.get(request.url ?? "");
    if (document === undefined) response.writeHead(404).end();
    else response.end(document);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  remove();
});

/** The documents are served from this process, so it must not be blocked. */
async function run(cwd: string, command: string, ...args: readonly string[]) {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    // What the original has built is the same here. Read only, so that nothing of the copy gets in there.
    TURBO_CACHE_DIR: path.join(ROOT, ".turbo/cache"),
    TURBO_CACHE: "local:r",
  };
  return promisify(execFile)(command, args, { cwd, env, maxBuffer: 10_000_000 });
}

describe("a new openapi/studio.yaml", () => {
  const copy = path.join(folder, "repository");
  const pathOf = (file: string) => path.join(copy, file);

  beforeAll(() => {
    const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: copy, stdio: "ignore" });
    for (const file of listSources()) {
      if (file.startsWith("docs/screenshots/")) continue;
      mkdirSync(path.dirname(pathOf(file)), { recursive: true });
      copyFileSync(path.join(ROOT, file), pathOf(file));
    }
    // What is installed is the original's, by links. What pnpm has noted about it is not: it would install all anew.
    writeFileSync(
      pathOf("pnpm-workspace.yaml"),
      readFileSync(pathOf("pnpm-workspace.yaml"), "utf8").replace(
        "verifyDepsBeforeRun: install",
        "verifyDepsBeforeRun: false",
      ),
    );
    mkdirSync(pathOf("node_modules"));
    for (const name of readdirSync(path.join(ROOT, "node_modules"))) {
      if (name.startsWith(".") && name !== ".bin" && name !== ".pnpm") continue;
      symlinkSync(path.join(ROOT, "node_modules", name), pathOf(`node_modules/${name}`));
    }
    for (const group of ["packages", "apps"]) {
      for (const name of readdirSync(path.join(ROOT, group))) {
        const modules = path.join(group, name, "node_modules");
        if (!existsSync(path.join(ROOT, modules))) continue;
        cpSync(path.join(ROOT, modules), pathOf(modules), {
          recursive: true,
          verbatimSymlinks: true,
          filter: (file) => !/node_modules\/\.(vite|cache)/.test(file),
        });
      }
    }
    git("init", "--quiet", "--initial-branch=main");
    git("add", "--all");
    git("-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message=As it was");
  });

  it("is refused when it is none, and leaves everything as it was", { timeout: TIMEOUT_MS }, async () => {
    documents.set("/studio.yaml", "<html>Sign in</html>");

    await expect(run(copy, ".ci/update-api", `${address}/studio.yaml`)).rejects.toThrow("/studio.yaml: ");
    expect((await run(copy, "git", "status", "--porcelain")).stdout).toBe("");
  });

  it("is dropped again when nothing can be generated from it", { timeout: TIMEOUT_MS }, async () => {
    documents.set("/studio.yaml", DOCUMENT.replaceAll("type: integer", "type: figure"));

    await expect(run(copy, ".ci/update-api", `${address}/studio.yaml`)).rejects.toThrow(
      "Failed:    @windowscope/sdk#generate",
    );
    expect((await run(copy, "git", "status", "--porcelain")).stdout).toBe("");
  });

  it("is nothing to review when it is the one that is there", { timeout: TIMEOUT_MS }, async () => {
    const file = path.join(folder, "the-same.yaml");
    writeFileSync(file, DOCUMENT);

    // A file is found from where one stands.
    const { stdout } = await run(folder, pathOf(".ci/update-api"), "the-same.yaml");

    expect(stdout).toBe("openapi/studio.yaml has not changed.\n");
  });

  it(
    "comes as a report, regenerated files, the places that no longer compile, and a changeset",
    { timeout: TIMEOUT_MS },
    async () => {
      documents.set("/studio.yaml", DOCUMENT.replaceAll("windowIncreaseMs", "windowStepMs"));

      const { stdout: report } = await run(copy, ".ci/update-api", `${address}/studio.yaml`, "@windowscope/sdk");

      expect(report).toMatch(/^[1-9]\d* breaking, \d+ unclear, \d+ compatible\.$/m);
      expect(report).toMatch(/^### ClassifySampleResponse, reaches \d+ operations/m);
      expect(report).toContain("`windowIncreaseMs` removed");
      expect(report).toContain("packages/sdk/src/generated/studio.gen.ts");
      expect(report).toMatch(
        /@windowscope\/sdk:typecheck: src\/classification\.ts\(\d+,\d+\): error TS\d+: .*windowIncreaseMs/,
      );
      expect(readFileSync(pathOf("packages/sdk/src/generated/studio.gen.ts"), "utf8")).toContain(
        "windowStepMs: number",
      );

      await run(copy, "node_modules/.bin/changeset", "version");
      expect(JSON.parse(readFileSync(pathOf("packages/sdk/package.json"), "utf8"))).toMatchObject({ version: "0.2.0" });
      expect(readFileSync(pathOf("packages/sdk/CHANGELOG.md"), "utf8")).toMatch(
        /Follow Studio's API: [1-9]\d* breaking/,
      );
    },
  );

  it("does not take the place of changes that nobody has committed", { timeout: TIMEOUT_MS }, async () => {
    const before = readFileSync(pathOf("openapi/studio.yaml"), "utf8");

    await expect(run(copy, ".ci/update-api", `${address}/studio.yaml`)).rejects.toThrow("Commit these changes first");
    expect(readFileSync(pathOf("openapi/studio.yaml"), "utf8")).toBe(before);
  });
});

describe("Studio's published document", () => {
  it(
    "is generated from at its address, with its known defects repaired or mended by the overlay",
    { timeout: TIMEOUT_MS },
    async () => {
      const schemes = DOCUMENT.indexOf("\n  securitySchemes:");
      expect(schemes).toBeGreaterThan(0);
      const defective = DOCUMENT.slice(0, schemes)
        .replace("required: [variant, classifications]", "required: [variant, classifications, neverDefined]")
        .replace("What one variant of the model says", "What one variant of \u001cthe model says");
      documents.set("/openapi.yml", `${defective}\n`);

      const { stdout } = await run(
        folder,
        process.execPath,
        path.join(ROOT, "packages/codegen/bin.mjs"),
        `${address}/openapi.yml`,
        "--overlay",
        path.join(ROOT, "openapi/published.overlay.yaml"),
        "--operation=classifySampleForVariants",
        "--only=types",
        "--only=operations",
        "--out=published",
      );

      expect(stdout).toMatch(/^repaired line \d+: dropped U\+001C, a control character$/m);
      expect(stdout).toContain("dropped neverDefined from required, which no property defines");
      expect(stdout).toContain("repaired /components: updated by the overlay");
      expect(readFileSync(path.join(folder, "published/openapi-operations.gen.ts"), "utf8")).toContain(
        "ApiKeyAuthentication",
      );
      expect(readFileSync(path.join(folder, "published/openapi.gen.ts"), "utf8")).toContain(
        "classifySampleForVariants",
      );
    },
  );
});
