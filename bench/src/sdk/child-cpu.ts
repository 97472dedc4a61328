import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";

/** Runs in the child before its program, and in none of its threads. File descriptor 3 leads back to us. */
const REPORT_ON_EXIT = `
  import { writeSync } from "node:fs";
  import { isMainThread } from "node:worker_threads";
  if (isMainThread) process.on("exit", () => writeSync(3, JSON.stringify(process.cpuUsage())));
`;
const REPORTER = `data:text/javascript,${encodeURIComponent(REPORT_ON_EXIT)}`;

/**
 * Runs a Node program to its end and says what processor time it took, all its threads together.
 *
 * Not the time by the clock: that says more about who else uses the machine.
 *
 * @param args The program's file and its arguments.
 * @returns Seconds, of user and system.
 * @throws {Error} when the program fails; the message has what it printed.
 */
export async function measureChildCpu(args: readonly string[], folder: string): Promise<number> {
  const child = spawn(process.execPath, ["--import", REPORTER, ...args], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const code = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  // Every one of them is a pipe, as asked for above.
  const [, ...pipes] = child.stdio as unknown as [null, Readable, Readable, Readable];
  const [printed, complained, usage] = await Promise.all(pipes.map((pipe) => text(pipe)));
  if ((await code) !== 0) throw new Error(`node ${args.join(" ")} failed.\n${printed ?? ""}${complained ?? ""}`);
  const { user, system } = JSON.parse(usage ?? "") as NodeJS.CpuUsage;
  return (user + system) / 1e6;
}
