/** For end-to-end tests and screenshots: the built program as a process, free ports, and a real Chromium. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import { chromium, type Browser } from "playwright-core";

const PROGRAM = path.resolve(import.meta.dirname, "../bin.mjs");
const CHROMIUM_PATHS = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The program, running. */
export interface Program {
  readonly child: ChildProcess;
  /** Everything that it has printed so far. */
  output(): string;
  /** Waits until it has printed a text. @throws {Error} with the output when it ends before. */
  prints(text: string | RegExp): Promise<void>;
  /** Waits until it has ended by itself. @returns Its exit code. */
  exits(): Promise<number | null>;
  /** Ends it. @returns Its exit code, and how long it took, in ms. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; tookMs: number }>;
}

/**
 * Starts `windowscope` with its own environment: nothing of ours but the path.
 *
 * @param command An installed program; the one that was built here when absent.
 */
export function startProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  command: readonly [string, ...string[]] = [process.execPath, PROGRAM],
): Program {
  const [file, ...before] = command;
  const child = spawn(file, [...before, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output += data.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));

  return {
    child,
    output: () => output,
    async prints(text) {
      for (;;) {
        if (typeof text === "string" ? output.includes(text) : text.test(output)) return;
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`The program ended without printing ${String(text)}:\n${output}`);
        await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 20))]);
      }
    },
    exits: () => ended,
    async end(signal) {
      const started = Date.now();
      child.kill(signal);
      return { code: await ended, tookMs: Date.now() - started };
    },
  };
}

/** A new folder, and what removes it. */
export function createFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), "windowscope-"));
  // A program that was killed a moment ago may still write.
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }) };
}

/** So many ports that nobody listens on right now. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Whether somebody could listen on a port. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/**
 * Starts a headless Chromium.
 *
 * @throws {Error} saying what to install when there is none.
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath = CHROMIUM_PATHS.find((candidate) => candidate !== undefined && existsSync(candidate));
  if (executablePath === undefined) {
    throw new Error("No Chromium found. Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.");
  }
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--no-first-run",
    ],
  });
}
