import { spawn } from "node:child_process";
import { once } from "node:events";

import { describe, expect, it } from "vitest";

import { parseStat, readProcessTree, readPssBytes } from "./process-tree.ts";

describe("parseStat", () => {
  it("reads parent and processor time behind a name with spaces and brackets", () => {
    const stat = "17 (a) b (c)) S 5 17 17 0 -1 4194304 100 0 0 0 30 12 7 9 20 0 1 0 100 1000 50";

    expect(parseStat(stat)).toEqual({ parent: 5, cpuTicks: 42 });
  });
});

describe.runIf(process.platform === "linux")("readProcessTree", () => {
  it("counts a process and what it started", async () => {
    const child = spawn(process.execPath, ["-e", "process.stdout.write('up'); setTimeout(() => {}, 60_000)"]);
    await once(child.stdout, "data");

    const tree = readProcessTree(process.pid);

    expect(tree.processes.map(({ pid }) => pid)).toEqual(expect.arrayContaining([process.pid, child.pid]));
    expect(tree.cpuSeconds).toBeGreaterThan(0);
    expect(readPssBytes(child.pid as number)).toBeGreaterThan(1e6);
    child.kill();
    await once(child, "exit");
    expect(readPssBytes(child.pid as number)).toBe(0);
  });
});
