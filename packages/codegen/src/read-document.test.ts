import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { OpenApiDocumentError } from "./openapi-document.ts";
import { parseOpenApi, readDocument } from "./read-document.ts";
import { SMALL_YAML } from "./small-document.ts";

const LIMITS = { timeoutMs: 2000, maxBytes: 10_000 };

describe("parseOpenApi", () => {
  it("drops raw control characters, and says in which line", () => {
    const { document, repairs } = parseOpenApi(SMALL_YAML.replace("Things.", "Thi\u001cngs."), "test.yaml");

    expect(JSON.stringify(document)).toContain("Things.");
    expect(repairs).toEqual([{ at: "line 15", what: "dropped U+001C, a control character" }]);
  });

  it("reads JSON too", () => {
    const json = JSON.stringify(parseOpenApi(SMALL_YAML, "test.yaml").document);

    expect(parseOpenApi(json, "test.json").document.openapi).toBe("3.1.0");
  });

  it.each([
    { text: "a: [", message: /^test.yaml: is neither YAML nor JSON: .*at line 1/s },
    { text: '{"a": ', message: /^test.yaml: is neither YAML nor JSON/ },
    { text: "", message: "test.yaml: is empty" },
    { text: "just text", message: "test.yaml: holds no object" },
    { text: "[1, 2]", message: "test.yaml: holds no object" },
    { text: "swagger: '2.0'", message: "test.yaml#/openapi: has to be 3.0.x or 3.1.x, and is undefined" },
    { text: "openapi: 3.2.0", message: 'test.yaml#/openapi: has to be 3.0.x or 3.1.x, and is "3.2.0"' },
    { text: "openapi: 3.1.0", message: "test.yaml#/paths: has to be an object" },
    { text: "openapi: 3.1.0\npaths: &a { b: *a }", message: "test.yaml#/paths/b: is a YAML alias of something that" },
  ])("says what is wrong with $text", ({ text, message }) => {
    expect(() => parseOpenApi(text, "test.yaml")).toThrow(OpenApiDocumentError);
    expect(() => parseOpenApi(text, "test.yaml")).toThrow(message);
  });

  it("refuses aliases that repeat without measure and nesting without end, at once", () => {
    const levels = Array.from({ length: 30 }, (_, i) => `l${i + 1}: &l${i + 1} [*l${i}, *l${i}, *l${i}]`);
    const bomb = ["l0: &l0 [1, 1]", ...levels].join("\n");

    expect(() => parseOpenApi(bomb, "bomb.yaml")).toThrow(OpenApiDocumentError);
    expect(() => parseOpenApi(`{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`, "deep.json")).toThrow(
      OpenApiDocumentError,
    );
  });
});

describe("readDocument", () => {
  let folder: string;
  let server: Server;
  let address: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "windowscope-codegen-"));
    server = createServer((request, response) => {
      if (request.url === "/small.yaml") response.end(SMALL_YAML);
      else if (request.url === "/endless.yaml") response.write("#".repeat(20_000));
      else if (request.url === "/missing.yaml") response.writeHead(404).end();
      // Anything else is never answered.
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await rm(folder, { recursive: true });
  });

  it("reads from an address", async () => {
    const { document } = await readDocument(`${address}/small.yaml`, LIMITS);

    expect(document.openapi).toBe("3.1.0");
  });

  it("gives up on an address that does not answer in time", async () => {
    const reading = readDocument(`${address}/silent.yaml`, { ...LIMITS, timeoutMs: 100 });

    await expect(reading).rejects.toThrow(`${address}/silent.yaml: cannot be read (not read within 0.1 s)`);
  });

  it.each([
    { place: "/endless.yaml", message: "has more than 10000 bytes" },
    { place: "/missing.yaml", message: "cannot be read (the server answered 404). Check the address" },
  ])("refuses $place", async ({ place, message }) => {
    await expect(readDocument(address + place, LIMITS)).rejects.toThrow(message);
  });

  it("names a file that is not there, is a folder or is too large", async () => {
    const large = path.join(folder, "large.yaml");
    await writeFile(large, "#".repeat(20_000));

    await expect(readDocument("/nowhere/api.yaml", LIMITS)).rejects.toThrow(
      "/nowhere/api.yaml: cannot be read (ENOENT",
    );
    await expect(readDocument(folder, LIMITS)).rejects.toThrow(`${folder}: cannot be read (it is no plain file`);
    await expect(readDocument(large, LIMITS)).rejects.toThrow(`${large}: has more than 10000 bytes`);
  });
});
