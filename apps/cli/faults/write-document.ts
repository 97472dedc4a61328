/**
 * vitest's global set-up of the fault suite: gathers the rows of a run, and writes docs/RELIABILITY.md at its end.
 *
 * A run of some of the cases replaces the rows of those and keeps the others with their day; the quick selection writes
 * nothing.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { format } from "prettier";
import type { TestProject } from "vitest/node";

import { isFullRun, SEED, type Row } from "./run.ts";

const DOCUMENT = path.resolve(import.meta.dirname, "../../../docs/RELIABILITY.md");
/** The table begins below this line. */
const TABLE_HEAD = "| case | what was done | figure | measured | limit | ok | day |";
const GROUPS = ["R", "S", "V"];

export default function gather(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "windowscope-faults-"));
  const file = path.join(folder, "rows.jsonl");
  writeFileSync(file, "");
  project.provide("faultRows", file);
  return async () => {
    const rows = readFileSync(file, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Row);
    rmSync(folder, { recursive: true, force: true });
    if (isFullRun && rows.length > 0) await writeDocument(rows);
  };
}

async function writeDocument(measured: readonly Row[]): Promise<void> {
  const again = new Set(measured.map(({ id }) => id));
  const rows = [...readTable().filter(({ id }) => !again.has(id)), ...measured];
  rows.sort((a, b) => placeOf(a.id) - placeOf(b.id));
  writeFileSync(DOCUMENT, await format(describe(rows), { parser: "markdown", printWidth: 120 }));
}

/** The rows of the last document. */
function readTable(): Row[] {
  if (!existsSync(DOCUMENT)) return [];
  const lines = readFileSync(DOCUMENT, "utf8").split("\n");
  const cells = lines.filter((line) => /^\| [RSV]\d/.test(line)).map((line) => line.split("|").slice(1, -1));
  return cells.map((row) => {
    const [id = "", did = "", figure = "", measuredValue = "", limit = "", ok = "", day = ""] = row.map(unescape);
    return { id, did, figure, measured: measuredValue, limit, isOk: ok === "yes", day };
  });
}

function placeOf(id: string): number {
  return GROUPS.indexOf(id[0] ?? "") * 100 + Number(id.slice(1));
}

function describe(rows: readonly Row[]): string {
  const failing = [...new Set(rows.filter(({ isOk }) => !isOk).map(({ id }) => id))];
  const cases = new Set(rows.map(({ id }) => id)).size;
  return [
    "# Reliability",
    "",
    "Written by `pnpm test:faults`; do not edit. Every row is a fault that was caused on purpose in real processes, and",
    "the figure that was measured. The cases are in `apps/cli/faults`.",
    "",
    `- ${cases} cases, ${rows.length} figures; ${failing.length === 0 ? "none fails" : `failing: ${failing.join(", ")}`}`,
    `- last run: ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, seed ${SEED}`,
    `- command: \`${commandLine()}\``,
    `- machine: ${os.cpus().length} × ${os.cpus()[0]?.model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
    `- load of the machine, mean of the last 15 minutes: ${os.loadavg()[2]?.toFixed(1)}`,
    `- versions: ${versions()}`,
    "",
    "Times are measured on a shared machine with everything (servers, Redis, load balancer and all viewers) on the same",
    "cores. A repeated row of a case shows its parts. “–” means no limit: something to know.",
    "",
    TABLE_HEAD,
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows.map(({ id, did, figure, measured, limit, isOk, day }) => {
      return `| ${[id, did, figure, measured, limit, isOk ? "yes" : "**NO**", day].map(escape).join(" | ")} |`;
    }),
    "",
  ].join("\n");
}

function escape(cell: string): string {
  return cell.replaceAll("|", "/").replaceAll("\n", " ");
}

function unescape(cell: string): string {
  return cell.trim().replaceAll("\\_", "_").replaceAll("\\*", "*");
}

function commandLine(): string {
  const args = process.argv.slice(2).filter((arg) => arg !== "run");
  const project = args.indexOf("--project");
  if (project !== -1) args.splice(project, 2);
  return ["pnpm test:faults", ...args.map((arg) => arg.replaceAll("`", ""))].join(" ");
}

/** Of everything that takes part; what is not installed is left out. */
function versions(): string {
  const commands: [string, string, string[]][] = [
    ["Redis", "redis-server", ["--version"]],
    ["nginx", "/usr/sbin/nginx", ["-v"]],
    ["Chromium", process.env.CHROMIUM_PATH ?? "/usr/bin/chromium", ["--version"]],
    ["autobahn", "/usr/bin/python3", ["-c", "import autobahn; print(autobahn.__version__)"]],
  ];
  const found = commands.flatMap(([name, command, args]) => {
    const version = /\d+\.\d+(\.\d+)*/.exec(outputOf(command, args))?.[0];
    return version === undefined ? [] : [`${name} ${version}`];
  });
  return [`Node ${process.versions.node}`, ...found].join(", ");
}

function outputOf(command: string, args: readonly string[]): string {
  try {
    // nginx tells its version on the other output.
    return execFileSync("/bin/sh", ["-c", '"$0" "$@" 2>&1', command, ...args], { encoding: "utf8" });
  } catch {
    return "";
  }
}
