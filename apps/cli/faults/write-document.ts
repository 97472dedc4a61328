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
const GROUPS = ["R", "S", "V"];
const NOT_TESTED = [
  "A power cut. Killing a process leaves what the kernel has; that `fsync` reaches the disk is the disk's promise.",
  "Several machines: three servers, Redis and nginx share one. A cable is pulled by a proxy that drops bytes.",
  "Redis with replicas, Sentinel or Cluster, and failing over between them.",
  "A laptop that really sleeps. Its processes are stopped (SIGSTOP) instead, Chromium's among them.",
  "TLS. Nothing here encrypts; a load balancer does.",
  "Edge Impulse Studio itself. A server that answers as Studio does stands in for it.",
  "Speed for its own sake: that is what `pnpm bench` measures.",
  "Other systems than Linux.",
];

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
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
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
  const rows: Row[] = [];
  let [id, did, day] = ["", "", ""];
  for (const line of readFileSync(DOCUMENT, "utf8").split("\n")) {
    const heading = /^### ([RSV]\d+): (.*)$/.exec(line);
    if (heading) [, id = "", did = ""] = heading.map(unescape);
    day = /^Measured (\d{4}-\d\d-\d\d)\.$/.exec(line)?.[1] ?? day;
    if (id === "" || !line.startsWith("| ") || /^\| (figure|-)/.test(line)) continue;
    const [figure = "", measured = "", limit = "", ok = "", remark = ""] = line.split("|").slice(1, -1).map(unescape);
    rows.push({ id, did, figure, measured, limit, isOk: ok === "yes", remark, day });
  }
  return rows;
}

function placeOf(id: string): number {
  return GROUPS.indexOf(id[0] ?? "") * 100 + Number(id.slice(1));
}

function describe(rows: readonly Row[]): string {
  const cases = new Map<string, Row[]>();
  for (const row of rows) cases.set(titleOf(row), [...(cases.get(titleOf(row)) ?? []), row]);
  const failing = [...cases.values()].filter((each) => !each.every(({ isOk }) => isOk)).map(([row]) => row?.id);
  return [
    "# Reliability",
    "",
    "Written by `pnpm test:faults`; do not edit. Every case is a fault that was caused on purpose in real processes, with",
    "what was measured beside what is promised. The cases are in `apps/cli/faults`; a quick selection of them, at a small",
    "size, is part of `pnpm test`.",
    "",
    `- ${cases.size} cases, ${rows.length} figures; ${failing.length === 0 ? "none misses its limit" : `limits are missed in ${[...new Set(failing)].join(", ")}`}`,
    `- last run: ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, seed ${SEED}`,
    "- command: `pnpm test:faults`; a part of it: `pnpm test:faults -t R13`, which replaces the figures of those cases",
    `- machine: ${os.cpus().length} × ${os.cpus()[0]?.model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
    `- load of the machine, mean of the last 15 minutes: ${os.loadavg()[2]?.toFixed(1)}`,
    `- versions: ${versions()}`,
    "",
    "Everything (servers, Redis, load balancer and all viewers) runs on these cores, so times are longer than with machines",
    "of their own. “–” is no limit: something to know. A figure that misses its limit says **NO**.",
    "",
    "## What is not tested",
    "",
    ...NOT_TESTED.map((each) => `- ${each}`),
    "",
    "## Cases",
    "",
    "| case | what was done | figures | ok |",
    "| --- | --- | --- | --- |",
    ...[...cases.values()].map((each) => {
      const [row] = each;
      return `| ${row?.id} | ${escape(row?.did ?? "")} | ${each.length} | ${sayOk(each.every(({ isOk }) => isOk))} |`;
    }),
    "",
    ...[...cases].flatMap(([title, each]) => describeCase(title, each)),
  ].join("\n");
}

function titleOf({ id, did }: Row): string {
  return `${id}: ${did}`;
}

function describeCase(title: string, rows: readonly Row[]): string[] {
  return [
    `### ${escape(title)}`,
    "",
    `Measured ${rows[0]?.day}.`,
    "",
    "| figure | measured | limit | ok | remark |",
    "| --- | --- | --- | --- | --- |",
    ...rows.map(({ figure, measured, limit, isOk, remark }) => {
      return `| ${[figure, measured, limit, sayOk(isOk), remark].map(escape).join(" | ")} |`;
    }),
    "",
  ];
}

function sayOk(isOk: boolean): string {
  return isOk ? "yes" : "**NO**";
}

function escape(cell: string): string {
  return cell.replaceAll("|", "/").replaceAll("\n", " ");
}

function unescape(cell: string): string {
  return cell.trim().replaceAll(/\\([_*\\])/g, "$1");
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
