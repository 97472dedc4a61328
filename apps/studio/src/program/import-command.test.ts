import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { toImpulseDocument } from "@windowscope/engine";
import { encode } from "cbor-x";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { createLocalStudio, type LocalStudioServer } from "../create-local-studio.ts";
import { smallImpulse, smallRecording } from "../small-impulse.ts";
import { importPath } from "./import-command.ts";
import type { ImportWishes } from "./plan-import.ts";
import { StudioConnection } from "./studio-connection.ts";

let studio: LocalStudioServer;
let connection: StudioConnection;
let folder: string;
beforeAll(async () => {
  studio = await createLocalStudio();
  connection = new StudioConnection(studio);
});
afterAll(() => studio.close());
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "windowscope-import-"))));
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await studio.reset();
});

function write(name: string, content: string | Buffer | object): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content));
  return file;
}

async function importAll(wishes: ImportWishes = {}, file = folder): Promise<string[]> {
  const lines: string[] = [];
  const signal = new AbortController().signal;
  await importPath(connection, file, wishes, { print: (line) => lines.push(line), signal });
  return lines;
}

async function samples() {
  return (await connection.readProject()).samples;
}

describe("importPath", () => {
  it("uploads a folder, each file with the category and the label that it should have", async () => {
    for (let n = 0; n < 9; n++) write(`training/idle.${n}.json`, smallRecording(2 + n));
    write("testing/wave.1.json", smallRecording(2, 5));
    write("training/.hidden.json", smallRecording(40));

    const lines = await importAll();

    expect(await samples()).toEqual([
      { category: "training", label: "idle", count: 9 },
      { category: "testing", label: "wave", count: 1 },
    ]);
    expect(lines).toEqual([
      "10 of 10 files imported, 0 were there already, 0 left out.",
      '\nThe project "Local project" now has',
      "label  training  testing",
      "idle          9        0",
      "wave          0        1",
      "all           9        1",
    ]);
  });

  it("takes a recording whatever its name ends with, for its contents decide", async () => {
    write("training/idle.0.wrong", encode(smallRecording(2)));

    await importAll();

    expect(await samples()).toEqual([{ category: "training", label: "idle", count: 1 }]);
  });

  it("counts duplicates, and names what it leaves out and why", async () => {
    write("a.1.json", smallRecording(2));
    write("copy/b.1.json", smallRecording(2));
    write("notes.md", "no recording");

    const lines = await importAll({ category: "training" });

    expect(lines[0]).toMatch(/^left out: .*notes\.md: notes\.md is no recording/);
    expect(lines[1]).toBe("1 of 3 files imported, 1 were there already, 1 left out.");
    expect((await importAll({ category: "training" }))[1]).toBe(
      "0 of 3 files imported, 2 were there already, 1 left out.",
    );
  });

  it("labels everything as it is told to, whatever the letters", async () => {
    write("a.json", smallRecording(2));

    await importAll({ category: "testing", label: "très vite" });

    expect(await samples()).toEqual([{ category: "testing", label: "très vite", count: 1 }]);
  });

  it("fails when nothing could be imported", async () => {
    write("notes.md", "no recording");

    await expect(importAll()).rejects.toThrow("Nothing was imported");
  });

  it("makes an impulse document the default impulse of the project", async () => {
    const lines = await importAll({}, write("impulse.json", toImpulseDocument(smallImpulse)));

    expect(lines.join()).toMatch(/^Impulse \d+ "two axes" \(float32\) is now the default/);
    expect((await connection.readProject()).impulses).toMatchObject([{ name: "two axes", isDefault: true }]);
  });

  it("keeps the labels of a file whose name a form cannot carry", async () => {
    write('a"b.json', smallRecording(2));
    const structuredLabels = { 'a"b.json': [{ startIndex: 0, endIndex: 99_999, label: "idle" }] };
    write("structured_labels.labels", { version: 1, type: "structured-labels", structuredLabels });

    await expect(importAll()).rejects.toThrow("Nothing was imported");
  });
});
