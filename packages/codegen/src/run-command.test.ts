import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { runCommand } from "./run-command.ts";
import { SMALL_YAML } from "./small-document.ts";

let folder: string;
let document: string;
let out: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "windowscope-codegen-"));
  document = path.join(folder, "small.yaml");
  out = path.join(folder, "generated");
  await writeFile(document, SMALL_YAML);
});

afterEach(() => rm(folder, { recursive: true }));

async function run(...words: readonly string[]) {
  const said = { out: "", error: "" };
  const status = await runCommand(words, {
    out: (text) => (said.out += text),
    error: (text) => (said.error += text),
  });
  return { status, ...said };
}

describe("windowscope-codegen DOCUMENT", () => {
  it("writes what --only names, and says what it wrote and repaired", async () => {
    await writeFile(document, SMALL_YAML.replace("[kind, created]", "[kind, ghost]"));
    const { status, out: text } = await run(document, "--out", out, "--only", "types", "--only", "operations");

    expect(status).toBe(0);
    expect(text).toBe(`repaired /components/schemas/Things: dropped ghost from required, which no property defines
written   ${out}/small.gen.ts
written   ${out}/small-operations.gen.ts
`);
  });

  it("exits with 1 under --check and names what is stale", async () => {
    await run(document, "--out", out);
    expect(await run(document, "--out", out, "--check")).toMatchObject({ status: 0, error: "" });

    await writeFile(path.join(out, "small.gen.ts"), "// edited by hand");
    const afterEdit = await run(document, "--out", out, "--check");
    expect(afterEdit).toMatchObject({ status: 1 });
    expect(afterEdit.error).toContain(`Stale: ${out}/small.gen.ts. Run`);

    await run(document, "--out", out);
    await writeFile(document, SMALL_YAML.replace("limit", "most"));
    const afterChange = await run(document, "--out", out, "--check");
    expect(afterChange).toMatchObject({ status: 1 });
    expect(afterChange.error).toContain("small-operations.gen.ts");
  });

  it("changes the document by an overlay", async () => {
    const overlay = path.join(folder, "overlay.yaml");
    await writeFile(overlay, "overlay: 1.0.0\nactions: [{ target: $.paths.*.get.deprecated, remove: true }]\n");
    await run(document, "--out", out, "--overlay", overlay, "--operation", "listThings");

    expect(await readFile(path.join(out, "small-operations.gen.ts"), "utf8")).toContain('"isDeprecated": false');
  });

  it.each([
    { what: "removes the paths", action: "{ target: $.paths, remove: true }", says: "overlay.yaml#/paths: has to be" },
    {
      what: "contains itself",
      action: "{ target: $.info, update: &a { x-self: *a } }",
      says: "is a YAML alias of something that contains it",
    },
  ])("exits with 2 at an overlay that $what", async ({ action, says }) => {
    const overlay = path.join(folder, "overlay.yaml");
    await writeFile(overlay, `overlay: 1.0.0\nactions: [${action}]\n`);
    const { status, error } = await run(document, "--out", out, "--overlay", overlay);

    expect(status).toBe(2);
    expect(error).toContain(says);
  });

  it("exits with 2 at a folder that cannot be made, and at a mistake of its own", async () => {
    const { status, error } = await run(document, "--out", path.join(document, "below"));

    expect(status).toBe(2);
    expect(error).toContain("ENOTDIR");
  });

  it("writes nothing when one of the outputs fails", async () => {
    await writeFile(document, SMALL_YAML.replace("Things:\n      type: object", "Things:\n      type: file"));
    const { status } = await run(document, "--out", out);

    expect(status).toBe(2);
    await expect(readFile(path.join(out, "small.gen.ts"))).rejects.toThrow("ENOENT");
  });

  it.each([
    { words: [], says: "Name one document." },
    { words: ["small.yaml"], says: "Name a folder with --out." },
    {
      words: ["small.yaml", "--out", "x", "--only", "docs"],
      says: "--only takes types, operations, validators, requests, not docs.",
    },
    { words: ["small.yaml", "--wat"], says: "--wat" },
    { words: ["diff", "small.yaml"], says: "Name two documents." },
    { words: ["diff", "a", "b", "--fail-on", "all"], says: "--fail-on takes breaking or unclear, not all." },
    { words: ["fetch", "small.yaml"], says: "Name a document and a file." },
    { words: ["fetch", "/nowhere.yaml", "x.yaml"], says: "/nowhere.yaml: cannot be read" },
    { words: ["/nowhere.yaml", "--out", "x"], says: "/nowhere.yaml: cannot be read" },
  ])("exits with 2 after $words and says why", async ({ words, says }) => {
    const { status, error } = await run(...words);

    expect(status).toBe(2);
    expect(error).toContain(says);
  });
});

describe("windowscope-codegen diff", () => {
  it("reports in Markdown or JSON, and fails only when told to", async () => {
    const next = path.join(folder, "next.yaml");
    await writeFile(next, SMALL_YAML.replace("[kind, created]", "[kind]"));

    expect(await run("diff", document, next)).toMatchObject({ status: 0, error: "" });
    expect(await run("diff", document, next, "--fail-on", "breaking")).toMatchObject({ status: 1 });
    expect(await run("diff", document, document, "--fail-on", "unclear")).toMatchObject({ status: 0 });

    const { out: json } = await run("diff", document, next, "--json");
    expect(JSON.parse(json)).toMatchObject({
      counts: { breaking: 1, unclear: 0, compatible: 0 },
      groups: [{ name: "Things", operations: ["listThings"], changes: [{ at: "created", verdict: "breaking" }] }],
    });
  });
});

describe("windowscope-codegen fetch", () => {
  it("copies a document as it is, once", async () => {
    const copy = path.join(folder, "kept/api.yaml");

    expect(await run("fetch", document, copy)).toEqual({ status: 0, out: `written   ${copy}\n`, error: "" });
    expect(await readFile(copy, "utf8")).toBe(SMALL_YAML);
    expect(await run("fetch", document, copy)).toMatchObject({ status: 0, out: `unchanged ${copy}\n` });
  });

  it("keeps the copy that is there when what comes is no OpenAPI document", async () => {
    const copy = path.join(folder, "api.yaml");
    await run("fetch", document, copy);
    await writeFile(document, "<html>Sign in</html>");

    expect(await run("fetch", document, copy)).toMatchObject({ status: 2, out: "" });
    expect(await readFile(copy, "utf8")).toBe(SMALL_YAML);
  });
});
