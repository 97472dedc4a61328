import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";

import { writeDemoFolder } from "../demo/demo-folder.ts";
import { shellQuote } from "../shell-quote.ts";

const PROGRAM = path.resolve(import.meta.dirname, "../../bin.mjs");

let folder: string;
let recordings: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "windowscope-program-"));
  recordings = path.join(folder, "recordings");
  writeDemoFolder(recordings, { training: 60, testing: 6 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (data: Buffer) => (output.stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output.stderr += data.toString()));
  const ended = new Promise<Run>((resolve) => child.once("close", (code) => resolve({ code, ...output })));
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, output, ended };
}

/** Runs the program with a data folder of its own, to its end. */
function run(dataDir: string, port: number, ...args: readonly string[]): Promise<Run> {
  return start(args, { WINDOWSCOPE_DATA_DIR: dataDir, WINDOWSCOPE_STUDIO_PORT: String(port) }).ended;
}

/** Runs `serve` on free ports; resolves once it has said where it is. */
async function serve(dataDir: string) {
  const ports = { port: await findFreePort(), ingestion: await findFreePort(), devices: await findFreePort() };
  const { port, ingestion, devices } = ports;
  const args = ["--port", port, "--ingestion-port", ingestion, "--devices-port", devices].map(String);
  const { child, output, ended } = start(["serve", "--data-dir", dataDir, ...args], {});
  await expect.poll(() => output.stdout + output.stderr, { timeout: 20_000 }).toContain("Ctrl-C");
  return { child, output, ended, port };
}

function findFreePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

describe("windowscope-studio", () => {
  it("goes from a folder of recordings to a model that knows them, from nothing", { timeout: 120_000 }, async () => {
    const dataDir = path.join(folder, "from-nothing");
    const port = await findFreePort();

    const imported = await run(dataDir, port, "import", recordings);

    expect(imported).toMatchObject({ code: 0 });
    expect(imported.stdout).toContain("264 of 264 files imported, 0 were there already, 0 left out.");
    expect(imported.stdout).toMatch(/^wave +60 +6$/m);
    expect(statSync(path.join(dataDir, "studio-key")).mode & 0o777).toBe(0o600);

    const trained = await run(dataDir, port, "train", "--name", "Moves");

    expect(trained).toMatchObject({ code: 0 });
    expect(trained.stdout).toContain('Designed impulse 1 "Moves": accX, accY, accZ at 62.5 Hz, windows of 2000 ms');
    const [, windows, right] = /Test set: (\d+) windows, ([\d.]+) % right/.exec(trained.stdout) ?? [];
    console.log(`${windows} windows, ${right} % right`);
    expect(Number(windows)).toBeGreaterThan(500);
    expect(Number(right)).toBeGreaterThanOrEqual(95);

    const again = await run(dataDir, port, "train");

    expect(again.stdout).toContain('Training impulse 1 "Moves"');
    expect(again.code).toBe(0);

    const document = path.join(folder, "moves.json");
    expect((await run(dataDir, port, "export", document)).code).toBe(0);
    expect(JSON.parse(readFileSync(document, "utf8"))).toMatchObject({ format: "windowscope-impulse", name: "Moves" });
    const elsewhere = path.join(folder, "elsewhere");
    expect((await run(elsewhere, port, "import", document)).stdout).toContain(
      '"Moves" (float32, int8) is now the default',
    );
  });

  it(
    "works with the Studio that runs, changes its key, creates projects and deletes",
    { timeout: 60_000 },
    async () => {
      const dataDir = path.join(folder, "running");
      const { child, output, ended, port } = await serve(dataDir);
      const key = readFileSync(path.join(dataDir, "studio-key"), "utf8").trim();
      expect(output.stdout).toContain(`http://127.0.0.1:${port}`);
      expect(output.stdout).not.toContain(key);
      const one = path.join(recordings, "testing/wave.0.cbor");

      expect((await run(dataDir, port, "import", one)).stdout).toContain("1 of 1 files imported");
      expect((await run(dataDir, port, "import", one)).stdout).toContain("0 of 1 files imported, 1 were there already");
      expect((await run(dataDir, port, "key")).stdout).toBe(`${key}\n`);
      const fresh = (await run(dataDir, port, "key", "--new")).stdout.trim();
      expect(fresh).toMatch(/^ei_[0-9a-f]{48}$/);
      expect(fresh).not.toBe(key);
      const status = async (apiKey: string) =>
        (await fetch(`http://127.0.0.1:${port}/v1/api/projects`, { headers: { "x-api-key": apiKey } })).status;
      expect(await status(key)).toBe(401);
      expect(await status(fresh)).toBe(200);

      const created = await run(dataDir, port, "project", "create", "Kitchen");
      const [kitchenKey = ""] = /ei_[0-9a-f]{48}/.exec(created.stdout) ?? [];
      expect(await status(kitchenKey)).toBe(200);

      const refused = await run(dataDir, port, "reset");
      expect(refused).toMatchObject({ code: 2 });
      expect(refused.stderr).toContain("--yes");
      expect((await run(dataDir, port, "reset", "--yes")).stdout).toContain("Deleted 1 samples");
      expect((await run(dataDir, port, "import", one)).stdout).toContain("1 of 1 files imported");

      child.kill("SIGINT");
      expect((await ended).code).toBe(0);
    },
  );

  it("says what to do when the folder is in use by a Studio elsewhere, or the Studio has another folder", async () => {
    const dataDir = path.join(folder, "in-use");
    const { port } = await serve(dataDir);

    const elsewhere = await run(dataDir, await findFreePort(), "import", recordings);
    const foreign = await run(path.join(folder, "another"), port, "import", recordings);

    expect(elsewhere).toMatchObject({ code: 1, stdout: "" });
    expect(elsewhere.stderr).toMatch(
      /^.*in-use is in use by a Studio, but none answers on port \d+\. Name its port.*\n$/,
    );
    expect(foreign).toMatchObject({ code: 1, stdout: "" });
    expect(foreign.stderr).toMatch(/^A Studio answers at .* opens no project there\. Name its data folder.*\n$/);
  });

  it.each([
    { args: [], code: 2, says: "A command is missing" },
    { args: ["sing"], code: 2, says: 'There is no command "sing"' },
    { args: ["import"], code: 2, says: "PATH is missing" },
    { args: ["import", "a", "b"], code: 2, says: '"b" is too much' },
    { args: ["import", "a", "--category", "x"], code: 2, says: "--category has to be" },
    { args: ["train", "--impulse", "x"], code: 2, says: "--impulse has to be" },
    { args: ["train", "--louder"], code: 2, says: "Unknown option '--louder'" },
    { args: ["serve", "--port", "x"], code: 1, says: "WINDOWSCOPE_STUDIO_PORT has to be a port" },
    { args: ["import", "nowhere"], code: 1, says: "There is no file or folder nowhere" },
    { args: ["train"], code: 1, says: "There is no labelled sample in the training set" },
    { args: ["train", "--impulse", "7"], code: 1, says: "The project has no impulse 7; it has none." },
    { args: ["export", "a.json"], code: 1, says: "The project has no trained impulse" },
  ])("ends $args with $code and without a stack", async ({ args, code, says }) => {
    const ended = await run(path.join(folder, "mistakes"), await findFreePort(), ...args);

    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(says);
    expect(ended.stderr).not.toContain("    at ");
  });

  it("refuses to work with a program on its port that is no Studio", async () => {
    const server = createServer((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const dataDir = path.join(folder, "no-studio");

    const ended = await run(dataDir, (server.address() as AddressInfo).port, "import", recordings);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("is no local Studio. Name another port with --port.");
    expect(existsSync(path.join(dataDir, "studio.db"))).toBe(false);
  });

  it("does not wait for a program on its port that never answers", { timeout: 30_000 }, async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const dataDir = path.join(folder, "mute");

    const ended = await run(dataDir, (server.address() as AddressInfo).port, "import", recordings);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("is no local Studio. Name another port with --port.");
  });

  it.each(["\u0003", "\u0004"])("deletes nothing when the question is answered with %j", async (answer) => {
    const program = [process.execPath, PROGRAM, "reset", "--port", "0", "--data-dir", path.join(folder, "asked")];
    const terminal = spawn("script", ["-qec", program.map(shellQuote).join(" "), "/dev/null"]);
    onTestFinished(() => void terminal.kill("SIGKILL"));
    let shown = "";
    terminal.stdout.on("data", (data: Buffer) => (shown += data.toString()));
    await expect.poll(() => shown, { timeout: 10_000 }).toContain("[y/N]");

    terminal.stdin.write(answer);
    await once(terminal, "close");

    expect(shown).toContain("Nothing was deleted.");
    expect(shown).not.toContain("    at ");
  });

  it("shows its commands when asked", async () => {
    const ended = await start(["--help"], {}).ended;

    expect(ended).toMatchObject({ code: 0, stderr: "" });
    for (const command of ["serve", "import", "train", "export", "project create", "key", "reset"]) {
      expect(ended.stdout).toContain(`windowscope-studio ${command}`);
    }
  });
});
