import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { describe, expect, it, onTestFinished } from "vitest";

import { Impulses } from "./impulses.ts";
import { Projects } from "./projects.ts";
import { smallImpulse } from "./small-impulse.ts";
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

  it("opens impulses of a version that had one processing block", () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), "windowscope-test-"));
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    const older = openStore(dataDir);
    const { id: projectId } = new Projects(older.database).create("Pumps", "");
    const { id } = new Impulses(older.database).add(projectId, smallImpulse);
    const [block] = smallImpulse.blocks;
    older.database
      .prepare("UPDATE impulse SET design = json_remove(json_set(design, '$.features', json(?)), '$.blocks')")
      .run([JSON.stringify(block?.parameters)]);
    const [{ user_version: version }] = older.database.pragma("user_version") as [{ user_version: number }];
    older.database.pragma(`user_version = ${version - 1}`);
    older.close();

    const store = openStore(dataDir);

    expect(new Impulses(store.database).get(id)?.impulse).toEqual(smallImpulse);
    store.close();
  });
});
