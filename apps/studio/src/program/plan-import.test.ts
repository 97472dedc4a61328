import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { planImport, type ImportWishes } from "./plan-import.ts";
import { ProgramError } from "./program-error.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "windowscope-plan-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string | object>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  }
}

/** What is planned for each file, by its path in the folder. */
async function plan(wishes?: ImportWishes, root = "") {
  const { uploads, leftOut } = await planImport(path.join(folder, root), wishes);
  const inFolder = (file: string) => path.relative(folder, file);
  return {
    uploads: Object.fromEntries(uploads.map(({ path: file, ...about }) => [inFolder(file), about])),
    leftOut: Object.fromEntries(leftOut.map(({ path: file, reason }) => [inFolder(file), reason])),
  };
}

describe("planImport", () => {
  it("lets the nearest folder named training or testing choose the category, and the contents where there is none", async () => {
    write({ "training/a.json": "x", "testing/deep/b.json": "x", "testing/training/c.json": "x", "d.json": "x" });

    const { uploads } = await plan();

    expect(uploads).toMatchObject({
      "training/a.json": { name: "a.json", category: "training", label: { type: "from-name" } },
      "testing/deep/b.json": { category: "testing" },
      "testing/training/c.json": { category: "training" },
      "d.json": { category: "split" },
    });
  });

  it("knows the category of a folder that is imported by itself", async () => {
    write({ "testing/b.json": "x" });

    expect((await plan({}, "testing")).uploads).toMatchObject({ "testing/b.json": { category: "testing" } });
    expect((await plan({}, "testing/b.json")).uploads).toMatchObject({ "testing/b.json": { category: "testing" } });
  });

  it("does not care for the names of folders around the one that is imported", async () => {
    write({ "testing/motion/a.json": "x" });

    expect((await plan({}, "testing/motion")).uploads).toMatchObject({
      "testing/motion/a.json": { category: "split" },
    });
  });

  it("takes what info.labels says of each file, and takes files that it does not name by their own names", async () => {
    const spans = [{ startIndex: 0, endIndex: 9, label: "idle" }];
    write({
      "info.labels": {
        version: 1,
        files: [
          file("training/1.cbor", { type: "label", label: "wave" }, { metadata: { room: "kitchen" } }),
          file("training/2.cbor", { type: "multi-label", labels: spans }, { category: "testing" }),
          file("3.cbor", { type: "unlabeled" }),
          file("gone.cbor", { type: "unlabeled" }),
        ],
      },
      "training/1.cbor": "x",
      "training/2.cbor": "x",
      "3.cbor": "x",
      "training/4.cbor": "x",
    });

    const { uploads, leftOut } = await plan();

    expect(Object.keys(uploads)).toHaveLength(4);
    expect(uploads).toMatchObject({
      "training/1.cbor": {
        name: "name of training/1.cbor",
        category: "training",
        label: { type: "label", label: "wave" },
        metadata: { room: "kitchen" },
      },
      "training/2.cbor": { category: "testing", label: { type: "multi-label", labels: spans } },
      "3.cbor": { category: "training", label: { type: "unlabeled" } },
      "training/4.cbor": { name: "4.cbor", label: { type: "from-name" } },
    });
    expect(leftOut).toEqual({ "gone.cbor": "info.labels names it, and it is not there or hidden." });

    function file(place: string, label: object, other: object = {}) {
      return { path: place, name: `name of ${place}`, category: "training", label, ...other };
    }
  });

  it("labels parts of a recording as structured_labels.labels in its folder says", async () => {
    const labels = [{ startIndex: 0, endIndex: 9, label: "idle" }];
    const side = { version: 1, type: "structured-labels", structuredLabels: { "a.csv": labels } };
    write({ "one/structured_labels.labels": side, "one/a.csv": "x", "two/a.csv": "x" });

    const { uploads, leftOut } = await plan();

    expect(uploads["one/a.csv"]?.label).toEqual({ type: "multi-label", labels });
    expect(uploads["two/a.csv"]?.label).toEqual({ type: "from-name" });
    expect(leftOut).toEqual({});
  });

  it("heeds a category and a label that are asked for before everything else", async () => {
    const about = { path: "a.csv", name: "a", category: "testing", label: { type: "label", label: "x" } };
    write({ "info.labels": { version: 1, files: [about] }, "a.csv": "x", "testing/b.csv": "x" });

    const { uploads } = await plan({ category: "training", label: "mine" });

    const wanted = { category: "training", label: { type: "label", label: "mine" } };
    expect(uploads).toMatchObject({ "a.csv": wanted, "testing/b.csv": wanted });
  });

  it("passes over hidden files and folders, and says why it leaves out others", async () => {
    write({ ".DS_Store": "x", ".git/config": "x", "a.csv": "x", "bounding_boxes.labels": {} });
    symlinkSync(path.join(folder, "a.csv"), path.join(folder, "link.csv"));

    const { uploads, leftOut } = await plan();

    expect(Object.keys(uploads)).toEqual(["a.csv"]);
    expect(leftOut).toEqual({
      "bounding_boxes.labels": "The local Studio has no use for this side file.",
      "link.csv": "It is no plain file; links are not followed.",
    });
  });

  it("imports nothing when a side file is broken, and says which", async () => {
    write({ "info.labels": { version: 1, files: [{ path: "../secret", name: "a", category: "training" }] } });

    const planning = planImport(folder);

    await expect(planning).rejects.toThrow(ProgramError);
    await expect(planning).rejects.toThrow(/info\.labels cannot be used.*outside of the folder: \.\.\/secret/);
  });

  it("says when there is nothing at the path", async () => {
    await expect(planImport(path.join(folder, "nowhere"))).rejects.toThrow("Check the path");
  });

  it("refuses what is neither a file nor a folder, which might never end", async () => {
    await expect(planImport("/dev/zero")).rejects.toThrow("/dev/zero is neither a file nor a folder.");
  });

  it("leaves out a folder that may not be read, and takes the others", async ({ skip }) => {
    if (process.getuid?.() === 0) skip("not run: root may read every folder");
    write({ "closed/a.json": "x", "open/b.json": "x" });
    chmodSync(path.join(folder, "closed"), 0o000);

    const { uploads, leftOut } = await plan();

    chmodSync(path.join(folder, "closed"), 0o700);
    expect(Object.keys(uploads)).toEqual(["open/b.json"]);
    expect(leftOut).toEqual({ closed: expect.stringContaining("permission denied") as string });
  });
});
