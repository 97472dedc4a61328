import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { describe, expect, it, onTestFinished } from "vitest";

import { Projects } from "./projects.ts";
import { openStore } from "./store.ts";

describe("openStore", () => {
  it("opens a folder again that the same process has closed", () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), "windowscope-test-"));
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    const first = openStore(dataDir);
    const { id } = new Projects(first.database).create("Pumps", "");
    first.close();

    expect(readdirSync(dataDir).sort()).toEqual(["samples", "studio.db", "uploads"]);
    const second = openStore(dataDir);

    expect(new Projects(second.database).get(id)?.name).toBe("Pumps");
    second.close();
  });
});
