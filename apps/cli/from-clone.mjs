// `npm start` and `npm test` in a clone, on a machine that has Node and npm and nothing else: fetches pnpm, lets it
// install and build, and goes on with the program or the tests.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

const PNPM = "pnpm@10.34.9";
const QUIET = { TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1", NO_UPDATE_NOTIFIER: "1" };
const SAY_EVERY_MS = 15_000;
const root = path.resolve(import.meta.dirname, "../..");
const [task, ...args] = process.argv.slice(2);
const tasks = {
  start: [process.execPath, "apps/cli/bin.mjs", "start", ...args],
  test: [process.execPath, "node_modules/vitest/vitest.mjs", "run", ...args],
};
if (!(task in tasks)) throw new Error(`Usage: from-clone.mjs ${Object.keys(tasks).join("|")}`);

const isFirst = !existsSync(path.join(root, "node_modules"));
process.stdout.write(
  isFirst ? "Installing and building; the first time takes one to five minutes.\n" : "Building...\n",
);
const hasPnpm = process.env.npm_config_user_agent?.startsWith("pnpm/");
const pnpm = hasPnpm ? ["pnpm"] : ["npm", "exec", "--yes", `--package=${PNPM}`, "--", "pnpm"];
const startedAt = Date.now();
// The build itself says nothing before it ends, and minutes of silence look like a program that hangs.
const saying = setInterval(() => {
  process.stdout.write(`Still building, ${Math.round((Date.now() - startedAt) / 1_000)} s so far.\n`);
}, SAY_EVERY_MS);
// pnpm installs by itself what a script needs (verifyDepsBeforeRun).
await run([...pnpm, "--silent", "run", "build", "--output-logs=errors-only"], QUIET);
clearInterval(saying);
await run(tasks[task]);

/** Runs a command to its end; ends with it when it fails, and ends it when we are told to end or our parent has died. */
function run([command, ...args], env = {}) {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: "inherit",
    shell: process.platform === "win32" && command !== process.execPath,
  });
  const forward = (signal) => child.kill(signal);
  // npm passes on Ctrl-C but not every other signal, and an orphan would hold the ports for ever.
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && child.kill("SIGTERM"), 1_000);
  process.on("SIGINT", forward);
  process.on("SIGTERM", forward);
  process.on("SIGHUP", forward);
  return new Promise((resolve) => {
    child.on("error", (error) => {
      process.stderr.write(`${command} cannot be run: ${error.message}\n`);
      process.exit(1);
    });
    child.on("exit", (code, signal) => {
      clearInterval(watch);
      for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(name, forward);
      if (code === 0) resolve();
      else process.exit(code ?? (signal === "SIGINT" || signal === "SIGTERM" ? 0 : 1));
    });
  });
}
