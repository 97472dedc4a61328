import { describe, expect, it } from "vitest";

import { measureChildCpu } from "./child-cpu.ts";

const FIFTH_OF_A_SECOND = "const end = process.cpuUsage().user + 2e5; while (process.cpuUsage().user < end);";

describe("measureChildCpu", () => {
  it("counts the seconds in which the child worked", async () => {
    const seconds = await measureChildCpu(["--eval", FIFTH_OF_A_SECOND], ".");

    expect(seconds).toBeGreaterThanOrEqual(0.2);
  });

  it("counts work also when the child ends itself", async () => {
    const seconds = await measureChildCpu(["--eval", `${FIFTH_OF_A_SECOND} process.exit(0);`], ".");

    expect(seconds).toBeGreaterThanOrEqual(0.2);
  });

  it("throws what the child printed when it fails", async () => {
    const failing = measureChildCpu(["--eval", "console.error('no such document'); process.exit(3);"], ".");

    await expect(failing).rejects.toThrow("no such document");
  });
});
