import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { generate } from "./generate.ts";
import { SMALL_YAML } from "./small-document.ts";

describe("generate", () => {
  let folder: string;
  let document: string;
  let outFolder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "windowscope-codegen-"));
    document = path.join(folder, "thing.yaml");
    outFolder = path.join(folder, "generated");
    await writeFile(document, SMALL_YAML);
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function outcomes(check: boolean, overlays: readonly string[] = []) {
    const outputs = ["types", "operations", "validators", "requests"] as const;
    const { files } = await generate({ document, overlays, outFolder, outputs, check });
    return Object.fromEntries(files.map(({ file, outcome }) => [path.basename(file), outcome]));
  }

  function allWith(outcome: string) {
    return {
      "thing.gen.ts": outcome,
      "thing-operations.gen.ts": outcome,
      "thing-validators.gen.ts": outcome,
      "thing-requests.gen.ts": outcome,
    };
  }

  it("writes once, and leaves files that need no change untouched", async () => {
    expect(await outcomes(false)).toEqual(allWith("written"));
    const { mtimeMs } = await stat(path.join(outFolder, "thing.gen.ts"));

    expect(await outcomes(false)).toEqual(allWith("unchanged"));
    expect((await stat(path.join(outFolder, "thing.gen.ts"))).mtimeMs).toBe(mtimeMs);
  });

  it("calls a file stale after a hand edit and after a change of the document, and writes nothing", async () => {
    await outcomes(false);
    expect(await outcomes(true)).toEqual(allWith("unchanged"));

    const types = path.join(outFolder, "thing.gen.ts");
    await writeFile(types, "// edited by hand");
    expect(await outcomes(true)).toEqual({ ...allWith("unchanged"), "thing.gen.ts": "stale" });
    expect(await readFile(types, "utf8")).toBe("// edited by hand");

    await writeFile(document, SMALL_YAML.replace("limit", "most"));
    expect(await outcomes(true)).toMatchObject({ "thing-operations.gen.ts": "stale" });
  });

  it("changes nothing when parts of the document only change places", async () => {
    const more = "    Other: { type: string }\n";
    await writeFile(document, SMALL_YAML + more);
    await outcomes(false);

    await writeFile(document, SMALL_YAML.replace("    Things:\n", `${more}    Things:\n`));

    expect(await outcomes(true)).toEqual(allWith("unchanged"));
  });

  it("names the file that is wrong: document or overlay", async () => {
    const overlay = path.join(folder, "overlay.yaml");
    await writeFile(overlay, "overlay: 1.0.0\nactions: [{ target: $.nothing, remove: true }]\n");
    await expect(outcomes(false, [overlay])).rejects.toThrow(`${overlay}#/actions/0/target: $.nothing matches nothing`);

    await writeFile(document, SMALL_YAML.replace("#/components/parameters/Kind", "other.yaml#/Kind"));
    await expect(outcomes(false)).rejects.toThrow(
      `${document}#/paths/~1api~1{projectId}~1things/get/parameters/0: The reference other.yaml#/Kind leads nowhere. Only`,
    );
  });

  it.each([
    'A: { allOf: [{ $ref: "#/components/schemas/A" }, { type: object }] }',
    'A: { properties: { a: { allOf: [{ $ref: "#/components/schemas/A/properties/a" }] } } }',
    'A: { oneOf: [{ $ref: "#/components/schemas/B" }] }\n    B: { anyOf: [{ $ref: "#/components/schemas/A" }] }',
  ])("refuses a schema that has to be itself first: %s", async (schemas) => {
    await writeFile(document, `${SMALL_YAML}    ${schemas}\n`);

    await expect(outcomes(false)).rejects.toThrow(`${document}#/components/schemas/A`);
    await expect(outcomes(false)).rejects.toThrow("has to be itself first");
  });

  it("takes what an extension holds for data", async () => {
    await writeFile(document, `${SMALL_YAML}x-origin: { $ref: "elsewhere.yaml#/Kind" }\n`);

    expect(await outcomes(false)).toEqual(allWith("written"));
  });

  it("refuses a reference that leads back to itself", async () => {
    await writeFile(document, `${SMALL_YAML}    A: { $ref: "#/components/schemas/A" }\n`);

    await expect(outcomes(false)).rejects.toThrow("#/components/schemas/A leads back to itself");
  });
});
