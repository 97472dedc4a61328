import { execFile } from "node:child_process";
import { createReadStream, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { promisify } from "node:util";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createFolder, findFreePorts, openBrowser, startProgram, type Program } from "./harness.ts";
import { installAll, installProgram, packAll } from "./packed.ts";
import { countWindows, runItems } from "./page.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const EXAMPLES = path.join(ROOT, "examples");
const TYPES = { ".html": "text/html", ".js": "text/javascript" };

const { folder, remove } = createFolder();
const examples = path.join(folder, "examples");
const dataDir = path.join(folder, "data");
let windowscope: Program;
let url: string;
let pages: Server;
let pagesUrl: string;
let browser: Browser;
/** What a program needs to talk with the local Studio. */
let env: Record<string, string>;

/** Packs, installs, and starts the installed program: what everything below talks to. */
beforeAll(async () => {
  const names = readdirSync(EXAMPLES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const workspaces = names.map(({ name }) => name).filter((name) => name !== "packed");
  for (const name of workspaces) {
    const isOurs = (file: string) => !["node_modules", "built", "dist"].includes(path.basename(file));
    cpSync(path.join(EXAMPLES, name), path.join(examples, name), { recursive: true, filter: isOurs });
  }
  await packAll(path.join(examples, "packed"));
  const tools = { "@types/node": "20.19.43", "@types/ws": "8.18.2", typescript: "5.9.3", ws: "8.23.0" };
  const compilers = { "typescript-7": "npm:typescript@7.0.2" };
  const codegen = { "@windowscope/codegen": "file:packed/windowscope-codegen.tgz" };
  const sdk = { "@windowscope/sdk": "file:packed/windowscope-sdk.tgz" };
  const dependencies = { ...tools, ...compilers, ...codegen, ...sdk };
  const manifest = { private: true, type: "module", workspaces, dependencies };
  writeFileSync(path.join(examples, "package.json"), JSON.stringify(manifest));

  const prefix = path.join(folder, "prefix");
  const [program] = await Promise.all([
    installProgram(path.join(examples, "packed/windowscope.tgz"), prefix),
    installAll(examples),
  ]);

  const [server, studio, devices, ingestion, page] = await findFreePorts(5);
  url = `http://127.0.0.1:${server}`;
  pagesUrl = `http://127.0.0.1:${page}`;
  windowscope = startProgram(
    ["start"],
    {
      WINDOWSCOPE_DATA_DIR: dataDir,
      WINDOWSCOPE_PORT: String(server),
      WINDOWSCOPE_STUDIO_PORT: String(studio),
      WINDOWSCOPE_DEVICES_PORT: String(devices),
      WINDOWSCOPE_INGESTION_PORT: String(ingestion),
      WINDOWSCOPE_ALLOWED_ORIGINS: pagesUrl,
    },
    [program],
  );
  browser = await openBrowser();
  pages = await serve(examples, page ?? 0);
  await windowscope.prints(`Windowscope  ${url}`);
  env = {
    EI_STUDIO_URL: `http://127.0.0.1:${studio}`,
    EI_INGESTION_URL: `http://127.0.0.1:${ingestion}`,
    EI_API_KEY: readFileSync(path.join(dataDir, "studio-key"), "utf8").trim(),
  };
}, 600_000);

afterAll(async () => {
  await browser?.close();
  pages?.close();
  windowscope?.child.kill("SIGKILL");
  // Thousands of files, on a disk that may be slow.
  remove();
}, 300_000);

/** Files as they are. */
async function serve(root: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const type = TYPES[path.extname(pathname) as keyof typeof TYPES];
    const file = createReadStream(path.join(root, path.normalize(pathname)));
    file.on("error", () => response.writeHead(404).end());
    file.on("open", () => file.pipe(response.setHeader("content-type", type ?? "text/plain")));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

/** Runs a program to its end. @throws {Error} with what it has printed, when it fails. */
async function run(name: string, file: string, ...args: readonly string[]): Promise<string> {
  const options = { cwd: path.join(examples, name), env: { PATH: process.env.PATH, ...env } };
  const { stdout } = await promisify(execFile)(file, args, options).catch(
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`${name}: ${file} ${args.join(" ")}\n${error.stdout}${error.stderr}`, { cause: error });
    },
  );
  return stdout;
}

function compile(version: "typescript" | "typescript-7", project: string, ...args: readonly string[]) {
  return run(".", process.execPath, `node_modules/${version}/bin/tsc`, "-p", project, ...args);
}

/** Opens the page of an example, which must not print an error. */
async function openExample(file: string): Promise<{ page: Page; errors: readonly string[] }> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !message.location().url.endsWith("/favicon.ico")) errors.push(message.text());
  });
  page.on("pageerror", ({ message }) => errors.push(message));
  await page.goto(`${pagesUrl}/${file}`);
  return { page, errors };
}

describe("windowscope, packed and installed globally", () => {
  it("starts with one command and shows the windows of a recording", async () => {
    const page = await browser.newPage();
    await page.goto(url);

    const items = await runItems(page);
    await items.filter({ hasText: "of 76" }).first().waitFor({ timeout: 55_000 });
    await items.last().getByRole("button").click();

    await expect.poll(() => countWindows(page)).toBe(76);
    await page.close();
  });

  it("is one package: everything of ours is inside, with the licences of what is bundled", () => {
    const installed = path.join(folder, "prefix/lib/node_modules/windowscope");
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
    const lines = (await run("sdk-node", process.execPath, "classify.js")).trim().split("\n");

    expect(lines).toHaveLength(77);
    expect(lines[1]).toMatch(/^ +0 to +\d+ ms [ ≠] [\w ]+: /);
  });

  it("wait for the job that classifies the test set, with progress", async () => {
    const output = await run("sdk-node", process.execPath, "test-set.js");

    expect(output).toMatch(/^ {2}\S/m);
    expect(output).toMatch(/^job \d+: over$/m);
    expect(output).toMatch(/^\d{2,} windows, \d+ of them right$/m);
  });

  it.each([
    { resolution: "nodenext", version: "typescript" },
    { resolution: "nodenext", version: "typescript-7" },
    { resolution: "bundler", version: "typescript" },
    { resolution: "bundler", version: "typescript-7" },
  ] as const)("typecheck and run with the SDK under $resolution, by $version", async ({ resolution, version }) => {
    const outDir = path.join(examples, "sdk-typescript/dist", resolution, version);
    await compile(version, `sdk-typescript/tsconfig.${resolution}.json`, "--outDir", outDir);

    const output = await run("sdk-typescript", process.execPath, path.join(outDir, "main.js"));
    expect(output).toContain("not found: getSample 200");
  });

  it.each(["typescript", "typescript-7"] as const)("have the types that they use under %s", async (version) => {
    const compilerOptions = {
      ...{ allowJs: true, checkJs: true, noEmit: true, target: "es2023", lib: ["es2023", "dom", "dom.iterable"] },
      ...{ module: "nodenext", types: ["node"], strict: true, noImplicitAny: false, strictNullChecks: false },
    };
    const include = [
      "live-alerts/*.js",
      "live-page/*.js",
      "plot-lane/*.js",
      "engine-worker/*.js",
      "local-studio-tests/*.js",
    ];
    writeFileSync(path.join(examples, "tsconfig.json"), JSON.stringify({ compilerOptions, include }));

    expect(await compile(version, "tsconfig.json")).toBe("");
  });

  it("print a line for each anomaly, live", async () => {
    const alerts = startProgram([], {}, [
      process.execPath,
      path.join(examples, "live-alerts/alert.js"),
      `${url.replace("http", "ws")}/live`,
    ]);
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
    const { page, errors } = await openExample(`live-page/index.html?server=${url}`);

    await page.getByText("The server is open.").waitFor();
    await page
      .getByText(/: finished, 76 windows: \w+ \d+/)
      .first()
      .waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });

  it("draw a lane in a page without a framework", async () => {
    const { page, errors } = await openExample("plot-lane/index.html");
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
    await run("engine-worker", "npm", "run", "build");
    const { page, errors } = await openExample("engine-worker/index.html");

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
    expect(await run("local-studio-tests", "npm", "test")).toMatch(/^# pass 3\n# fail 0$/m);
  });
});

describe("@windowscope/sdk and @windowscope/codegen", () => {
  it("have READMEs whose programs typecheck", async () => {
    const readme = readFileSync(path.join(ROOT, "packages/sdk/README.md"), "utf8");
    const blocks = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code);
    expect(blocks.length).toBeGreaterThan(1);
    mkdirSync(path.join(examples, "readme"));
    writeFileSync(path.join(examples, "readme/readme.ts"), blocks.join("\n"));
    const compilerOptions = { module: "nodenext", target: "es2023", strict: true, types: ["node"], noEmit: true };
    writeFileSync(
      path.join(examples, "readme/tsconfig.json"),
      JSON.stringify({ compilerOptions, files: ["readme.ts"] }),
    );

    expect(await compile("typescript-7", "readme/tsconfig.json")).toBe("");
  });

  it("generate from a document, say what is stale, and report a change", async () => {
    const document = path.join(examples, "api.yaml");
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
    const codegen = (...args: readonly string[]) => run(".", "node_modules/.bin/windowscope-codegen", ...args);
    writeFileSync(document, api("integer"));
    await codegen(document, "--out", "generated");
    expect(readdirSync(path.join(examples, "generated")).sort()).toEqual([
      "api-operations.gen.ts",
      "api-requests.gen.ts",
      "api-validators.gen.ts",
      "api.gen.ts",
    ]);
    await codegen(document, "--out", "generated", "--check");

    writeFileSync(path.join(examples, "old.yaml"), api("integer"));
    writeFileSync(document, api("string"));
    await expect(codegen(document, "--out", "generated", "--check")).rejects.toThrow("Stale: generated/api.gen.ts");
    await expect(codegen("diff", "old.yaml", "api.yaml", "--fail-on", "breaking")).rejects.toThrow();
    expect(await codegen("diff", "old.yaml", "api.yaml")).toMatch(/breaking/i);
  });
});

describe("windowscope, told to end", () => {
  it("ends with code 0", async () => {
    expect((await windowscope.end("SIGINT")).code).toBe(0);
  });
});
