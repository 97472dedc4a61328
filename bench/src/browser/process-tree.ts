import { readdirSync, readFileSync } from "node:fs";

/** What a process and all its descendants hold and have used. */
export interface ProcessTree {
  /** User and system time of those that live. */
  readonly cpuSeconds: number;
  readonly processes: readonly TreeProcess[];
}

export interface TreeProcess {
  readonly pid: number;
  readonly commandLine: string;
}

/** The kernel counts so many a second, whatever its own clock does. */
const TICKS_PER_SECOND = 100;

/** Reads a process and its descendants from /proc. */
export function readProcessTree(root: number): ProcessTree {
  const children = new Map<number, number[]>();
  const ticks = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    const stat = Number.isInteger(pid) ? readIfThere(`/proc/${pid}/stat`) : undefined;
    if (stat === undefined) continue;
    const { parent, cpuTicks } = parseStat(stat);
    ticks.set(pid, cpuTicks);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const pids = [root];
  // The list grows while it is walked.
  for (const pid of pids) pids.push(...(children.get(pid) ?? []));
  return {
    cpuSeconds: pids.reduce((sum, pid) => sum + (ticks.get(pid) ?? 0), 0) / TICKS_PER_SECOND,
    processes: pids.map((pid) => ({ pid, commandLine: readIfThere(`/proc/${pid}/cmdline`) ?? "" })),
  };
}

/** Bytes that a process holds, with its share of what it shares; 0 when it has gone. */
export function readPssBytes(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readIfThere(`/proc/${pid}/smaps_rollup`) ?? "")?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** The fields of /proc/<pid>/stat; a name in brackets, the second one, may have spaces and brackets in it. */
export function parseStat(stat: string): { readonly parent: number; readonly cpuTicks: number } {
  const fields = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const [, parent = 0] = fields;
  const [user = 0, system = 0] = fields.slice(11, 13);
  return { parent, cpuTicks: user + system };
}

/** Processes end while one reads about them. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    if (["ENOENT", "ESRCH"].includes((cause as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw cause;
  }
}
