#!/usr/bin/env node
// `pnpm bench`: builds what is measured, then runs the benchmarks. Only these write to stdout, so that --json is JSON.
// A package's binary and not a script, since pnpm prints a headline of its own on stdout before every script.
import { spawn } from "node:child_process";
import path from "node:path";

const QUIET = { TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1" };
const root = path.resolve(import.meta.dirname, "..");
const turbo = ["node_modules/turbo/bin/turbo", "run", "build", "--filter=@windowscope/bench^..."];
const bench = ["--import", "tsx", "--conditions=@windowscope/source", "bench/src/main.ts"];

await run([...turbo, "--output-logs=errors-only"], { env: { ...process.env, ...QUIET }, stdio: ["ignore", 2, 2] });
await run([...bench, ...process.argv.slice(2)], { stdio: "inherit" });

/** Runs a Node program to its end, and ends as it does when it fails. */
function run(args, options) {
  const child = spawn(process.execPath, args, { cwd: root, ...options });
  const forward = (signal) => child.kill(signal);
  process.on("SIGINT", forward);
  process.on("SIGTERM", forward);
  return new Promise((resolve) => {
    child.on("exit", (code) => {
      process.off("SIGINT", forward);
      process.off("SIGTERM", forward);
      if (code === 0) resolve();
      else process.exit(code ?? 1);
    });
  });
}
