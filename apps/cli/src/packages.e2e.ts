import { execFile, spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";

import { createFolder, findFreePorts, openBrowser, startProgram, type Program } from "./harness.ts";
import { install, installProgram, packAll } from "./packed.ts";
import { describePackedEngine } from "./packed-engine.ts";
import { countWindows, runItems } from "./page.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const EXAMPLES = path.join(ROOT, "examples");

const { folder, remove } = createFolder();
// Other people's folders have spaces in their names.
const examples = path.join(folder, "some examples");
const bin = path.join(folder, "pre fix/bin");
const dataDir = path.join(folder, "my data");
/** Where a stranger has a compiler of his own and what no example uses. */
const stranger = path.join(examples, "stranger");
const COMPILERS = {
  "TypeScript 5.9": path.join(examples, "sdk-typescript/node_modules/typescript"),
  "TypeScript 7": path.join(stranger, "node_modules/typescript-7"),
};

let windowscope: Program;
let url: string;
let browser: Browser;
/** The examples with a page, each served as its README says. */
const pages: ChildProcess[] = [];
const pageUrls: Record<string, string> = {};
/** What a program needs to talk with the local Studio. */
let env: Record<string, string>;

/** Packs, installs, and starts the installed program: what everything below talks to. */
beforeAll(async () => {
  const entries = readdirSync(EXAMPLES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = entries.map(({ name }) => name).filter((name) => name !== "packed");
  for (const name of names) {
    const isOurs = (file: string) => !["node_modules", "built", "dist"].includes(path.basename(file));
    cpSync(path.join(EXAMPLES, name), path.join(examples, name), { recursive: true, filter: isOurs });
  }
  mkdirSync(stranger);
  const dependencies = {
    "@types/node": "^20.19.43",
    "@windowscope/codegen": "file:../packed/windowscope-codegen.tgz",
    "typescript-7": "npm:typescript@7.0.2",
  };
  writeFileSync(path.join(stranger, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }));
  writeTypedProject();
  await packAll(path.join(examples, "packed"));

  const [server, studio, devices, ingestion, ...pagePorts] = await findFreePorts(7);
  const withPage = ["live-page", "plot-lane", "engine-worker"];
  for (const [i, name] of withPage.entries()) pageUrls[name] = `http://127.0.0.1:${pagePorts[i]}`;
  url = `http://127.0.0.1:${server}`;
  const settings = {
    WINDOWSCOPE_DATA_DIR: dataDir,
    WINDOWSCOPE_PORT: String(server),
    WINDOWSCOPE_STUDIO_PORT: String(studio),
    WINDOWSCOPE_DEVICES_PORT: String(devices),
    WINDOWSCOPE_INGESTION_PORT: String(ingestion),
    WINDOWSCOPE_ALLOWED_ORIGINS: pageUrls["live-page"] ?? "",
  };
  // The program's own packages are fetched once, and the demo is trained while the rest is installed.
  const programInstalled = installProgram(path.join(examples, "packed/windowscope.tgz"), path.join(folder, "pre fix"));
  const started = programInstalled.then(async () => {
    windowscope = startProgram(["start"], settings, [path.join(bin, "windowscope")]);
    await Promise.all([install(path.join(examples, "local-studio-tests")), openBrowser().then((it) => (browser = it))]);
  });
  const others = [...names, "stranger"].filter((name) => name !== "local-studio-tests");
  const installed = others.map(async (name) => {
    await install(path.join(examples, name));
    if (withPage.includes(name)) await startPage(name);
  });
  await Promise.all([started, ...installed]);
  await windowscope.prints(`Windowscope  ${url}`);
  env = {
    ...settings,
    EI_STUDIO_URL: `http://127.0.0.1:${studio}`,
    EI_INGESTION_URL: `http://127.0.0.1:${ingestion}`,
    EI_API_KEY: readFileSync(path.join(dataDir, "studio-key"), "utf8").trim(),
  };
}, 600_000);

afterAll(async () => {
  await browser?.close();
  // They stop with their standard input, also where a package manager stands between.
  for (const page of pages) page.stdin?.end();
  windowscope?.child.kill("SIGKILL");
  // Thousands of files, on a disk that may be slow.
  remove();
}, 300_000);

/** What the stranger compiles: the examples in JavaScript. */
function writeTypedProject(): void {
  const compilerOptions = {
    ...{ allowJs: true, checkJs: true, noEmit: true, target: "es2023", lib: ["es2023", "dom", "dom.iterable"] },
    ...{ module: "nodenext", types: ["node"], strict: true, noImplicitAny: false, strictNullChecks: false },
  };
  const names = ["live-alerts", "live-page", "plot-lane", "engine-worker", "local-studio-tests"];
  const include = names.map((name) => `../${name}/*.js`);
  writeFileSync(path.join(stranger, "tsconfig.json"), JSON.stringify({ compilerOptions, include }));
}

/** Serves the page of an example as its README says, on a port that is free. */
async function startPage(name: string): Promise<void> {
  const args = ["start", "--", `--serve=${new URL(pageUrls[name] ?? "").host}`];
  const page = spawn("npm", args, { cwd: path.join(examples, name), stdio: ["pipe", "ignore", "pipe"] });
  pages.push(page);
  let output = "";
  for await (const text of page.stderr.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    output += String(text);
    if (output.includes(`Local: ${pageUrls[name]}`)) {
      // What nobody reads would stop it when the pipe is full.
      page.stderr.resume();
      return;
    }
  }
  throw new Error(`${name} is not served:\n${output}`);
}

/** Runs a program to its end. @throws {Error} with what it has printed, when it fails. */
async function run(
  name: string,
  [file, ...args]: readonly [string, ...string[]],
  changes: Readonly<Record<string, string>> = {},
): Promise<string> {
  const options = { cwd: path.join(examples, name), env: { PATH: process.env.PATH, ...env, ...changes } };
  const { stdout } = await promisify(execFile)(file, args, options).catch(
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`${name}: ${file} ${args.join(" ")}\n${error.stdout}${error.stderr}`, { cause: error });
    },
  );
  return stdout;
}

/** Creates a project, with the program that does that. @returns Its key. */
async function createProject(name: string): Promise<string> {
  const output = await run(".", [path.join(bin, "windowscope-studio"), "project", "create", name]);
  return /^Key +(ei_\w+)$/m.exec(output)?.[1] ?? `no key in ${output}`;
}

/** Compiles a project. @param name The example or folder that it is in. */
function compile(compiler: keyof typeof COMPILERS, name: string, ...args: readonly string[]): Promise<string> {
  return run(name, [process.execPath, path.join(COMPILERS[compiler], "bin/tsc"), ...args]);
}

/** Opens the page of an example, which must not print an error. */
async function openExample(name: string, query = ""): Promise<{ page: Page; errors: readonly string[] }> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !message.location().url.endsWith("/favicon.ico")) errors.push(message.text());
  });
  page.on("pageerror", ({ message }) => errors.push(message));
  await page.goto(`${pageUrls[name]}/${query}`);
  return { page, errors };
}

describe("windowscope, packed and installed globally", () => {
  it("starts with one command and shows the windows of a recording", { timeout: 180_000 }, async () => {
    const page = await browser.newPage();
    await page.goto(url);

    const items = await runItems(page);
    await items.filter({ hasText: "of 76" }).first().waitFor({ timeout: 170_000 });
    await items.last().getByRole("button").click();

    await expect.poll(() => countWindows(page)).toBe(76);
    await page.close();
  });

  it("is one package: everything of ours is inside, with the licences of what is bundled", () => {
    const installed = path.join(folder, "pre fix/lib/node_modules/windowscope");
    const { dependencies } = JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    const licences = readFileSync(path.join(installed, "THIRD-PARTY-LICENSES.md"), "utf8");

    expect(Object.keys(dependencies).filter((name) => name.startsWith("@windowscope/"))).toEqual([]);
    for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    for (const name of ["svelte", "openapi-fetch", "geist", "geist-mono"]) expect(licences).toContain(`\n## ${name} `);
    expect(licences).toContain("Permission is hereby granted");
    expect(licences).toContain("SIL OPEN FONT LICENSE");
    expect(readdirSync(installed)).toContain("LICENSE");
  });
});

describe("the examples", () => {
  it("classify a recording and print its windows with the SDK", async () => {
    const lines = (await run("sdk-node", ["npm", "start", "--silent"])).trim().split("\n");

    expect(lines).toHaveLength(77);
    expect(lines[1]).toMatch(/^ +0 to +\d+ ms [ ≠] [\w ]+: /);
  });

  it("wait for the job that classifies the test set, with progress", async () => {
    const output = await run("sdk-node", ["npm", "run", "--silent", "test-set"]);

    expect(output).toMatch(/^ {2}\S/m);
    expect(output).toMatch(/^job \d+: over$/m);
    expect(output).toMatch(/^\d{2,} windows, \d+ of them right$/m);
  });

  it("say in a line that there is nothing, in a project that windowscope-studio has just made", async () => {
    const key = { EI_API_KEY: await createProject("empty") };

    expect(await run("sdk-node", ["npm", "start", "--silent"], key)).toBe("The test set has no recording yet.\n");
    await expect(run("sdk-node", ["npm", "run", "--silent", "test-set"], key)).rejects.toThrow(
      /test-set\n.*This project has no impulse yet\..*\n$/,
    );
  });

  it.each(Object.keys(COMPILERS) as (keyof typeof COMPILERS)[])(
    "have the types that they use under %s, and run as it compiles them under nodenext and bundler",
    { timeout: 300_000 },
    async (compiler) => {
      const { version } = JSON.parse(readFileSync(path.join(COMPILERS[compiler], "package.json"), "utf8")) as {
        version: string;
      };
      expect(`TypeScript ${version}`).toContain(`${compiler}.`);

      const [checked, ...outputs] = await Promise.all([
        compile(compiler, "stranger"),
        ...["nodenext", "bundler"].map(async (resolution) => {
          const out = path.join(examples, "sdk-typescript/dist", resolution, version);
          const options = ["-p", `tsconfig.${resolution}.json`, "--outDir", out];
          // The older compiler takes twice as long with the declarations themselves; once is enough for those.
          if (compiler === "TypeScript 5.9" && resolution === "bundler") options.push("--skipLibCheck");
          await compile(compiler, "sdk-typescript", ...options);
          return run("sdk-typescript", [process.execPath, path.join(out, "main.js")]);
        }),
      ]);

      expect(checked).toBe("");
      for (const output of outputs) expect(output).toMatch(/^\S+ \{ .*: \d+.* \}\nnot found: getSample 200$/ms);
    },
  );

  it("print a line for each anomaly, live", async () => {
    const alerts = startProgram([], {}, [
      process.execPath,
      path.join(examples, "live-alerts/alert.js"),
      `${url.replace("http", "ws")}/live`,
    ]);
    // It never ends by itself, also when it does not print what is awaited.
    onTestFinished(() => void alerts.child.kill("SIGKILL"));
    await alerts.prints("open");
    // No demo device moves like this.
    const values = Array.from({ length: 250 }, (_, i) => [
      80 * Math.sin(i * 1.7),
      90 * Math.cos(i * 2.1),
      70 * Math.sin(i),
    ]);
    const sensors = ["accX", "accY", "accZ"].map((name) => ({ name, units: "m/s2" }));
    const payload = { device_type: "TEST", interval_ms: 16, sensors, values };
    await fetch(`${env.EI_INGESTION_URL}/api/testing/data`, {
      method: "POST",
      headers: { "x-api-key": env.EI_API_KEY ?? "", "x-file-name": "wild" },
      body: JSON.stringify({ protected: { ver: "v1", alg: "none" }, signature: "00", payload }),
    });

    await alerts.prints(/^wild\.\w+, 0\.00 to 2\.\d\d s: anomaly \d+\.\d\d$/m);
    expect((await alerts.end("SIGINT")).code).toBe(0);
  });

  it("list runs in a plain page, live", async () => {
    const { page, errors } = await openExample("live-page", `?server=${url}`);

    await page.getByText("The server is open.").waitFor();
    await page
      .getByText(/: finished, 76 windows: \w+ \d+/)
      .first()
      .waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });

  it("draw a lane in a page without a framework", async () => {
    const { page, errors } = await openExample("plot-lane");
    const canvas = page.getByLabel("The last ten seconds of three axes");
    const first = await canvas.screenshot();

    await expect.poll(async () => (await canvas.screenshot()).equals(first)).toBe(false);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as a picture" }).click();
    expect((await download).suggestedFilename()).toBe("axes.png");
    expect(page.workers()).toHaveLength(1);
    expect(errors).toEqual([]);
    await page.close();
  });

  it("train an impulse and classify in a browser's worker", async () => {
    const { page, errors } = await openExample("engine-worker");

    await page.getByText("Classifying").waitFor();
    await page
      .getByText(/^quiet: /)
      .first()
      .waitFor();
    await page
      .getByText(/^shaken: /)
      .first()
      .waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });

  it("test against a Studio of their own", async () => {
    expect(await run("local-studio-tests", ["npm", "test"])).toMatch(/^# pass 3\n# fail 0$/m);
  });
});

describe("@windowscope/codegen", () => {
  it("generates from a document, says what is stale, and reports a change", async () => {
    const document = path.join(stranger, "api.yaml");
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
    const codegen = (...args: readonly string[]) => run("stranger", ["node_modules/.bin/windowscope-codegen", ...args]);
    writeFileSync(document, api("integer"));
    await codegen(document, "--out", "generated");
    expect(readdirSync(path.join(stranger, "generated")).sort()).toEqual([
      "api-operations.gen.ts",
      "api-requests.gen.ts",
      "api-validators.gen.ts",
      "api.gen.ts",
    ]);
    await codegen(document, "--out", "generated", "--check");

    writeFileSync(path.join(stranger, "old.yaml"), api("integer"));
    writeFileSync(document, api("string"));
    await expect(codegen(document, "--out", "generated", "--check")).rejects.toThrow("Stale: generated/api.gen.ts");
    await expect(codegen("diff", "old.yaml", "api.yaml", "--fail-on", "breaking")).rejects.toThrow();
    expect(await codegen("diff", "old.yaml", "api.yaml")).toMatch(/breaking/i);
  });
});

describePackedEngine({ folder: path.join(examples, "engine-worker"), browser: () => browser });

describe("windowscope, told to end", () => {
  it("ends with code 0", async () => {
    expect((await windowscope.end("SIGINT")).code).toBe(0);
  });
});
