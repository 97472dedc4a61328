import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";

import { createSeededRandom } from "@windowscope/engine";
import { encode } from "cbor-x";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { documentedJson, documentedRecording } from "../formats/documented-recording.ts";
import { mutate } from "../formats/mutate.ts";
import { startStudio } from "../start.ts";
import { receiveForm, UPLOAD_LIMITS } from "./receive-upload.ts";
import { UploadError } from "./upload-error.ts";

const KEY = "ei_fuzz";
const BOUNDARY = "----boundary";
const CONTENT_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

function part(name: string, bytes: Buffer): Buffer {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="data"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from("\r\n")]);
}

const form = Buffer.concat([
  part("a.json", documentedJson()),
  part("b.cbor", Buffer.from(encode(documentedRecording))),
  part("c.csv", Buffer.from("timestamp,a\n0,1\n10,2")),
  Buffer.from(`--${BOUNDARY}--\r\n`),
]);

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), "windowscope-fuzz-"));
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe("receiveForm", () => {
  it("answers 200 broken forms with files or a reason, within a second each", async () => {
    const random = createSeededRandom(3);
    const counts = { received: 0, refused: 0 };
    for (let i = 0; i < 200; i++) {
      const bytes = mutate(form, random);
      const incoming = Object.assign(Readable.from(piecesOf(bytes)), { headers: { "content-type": CONTENT_TYPE } });
      const started = performance.now();
      try {
        const folder = mkdtempSync(path.join(dataDir, "form-"));
        const files = await receiveForm(incoming, folder, UPLOAD_LIMITS);
        expect(files.map((file) => file.size)).toHaveLength(readdirSync(folder).length);
        counts.received++;
      } catch (error) {
        expect(error).toBeInstanceOf(UploadError);
        counts.refused++;
      }
      expect(performance.now() - started, `case ${i}`).toBeLessThan(1_000);
    }

    expect(Math.min(counts.received, counts.refused)).toBeGreaterThan(10);
  });
});

describe("POST /api/{category}/files and /data", () => {
  it("answers 300 broken requests, stores exactly what it says it has stored, and leaves no temporary file", async () => {
    const studio = await startStudio({
      dataDir,
      apiKey: KEY,
      project: "empty",
      ports: { studio: 0, devices: 0, ingestion: 0 },
    });
    const random = createSeededRandom(11);
    const headers = { "x-api-key": KEY, "x-file-name": "fuzz" };
    let stored = 0;
    let refused = 0;
    try {
      for (let i = 0; i < 200; i++) {
        const body = new Uint8Array(mutate(form, random));
        const response = await fetch(`${studio.ingestionUrl}/api/training/files`, {
          method: "POST",
          headers: { ...headers, "content-type": CONTENT_TYPE },
          body,
        });
        const { files = [] } = (await response.json()) as { files?: { success: boolean }[] };
        expect([200, 400, 413], `case ${i}`).toContain(response.status);
        stored += files.filter(({ success }) => success).length;
        refused += files.filter(({ success }) => !success).length + (response.ok ? 0 : 1);
      }
      const recordings = [documentedJson(), Buffer.from(encode(documentedRecording))];
      for (let i = 0; i < 100; i++) {
        const body = new Uint8Array(mutate(recordings[i % 2] as Buffer, random));
        const response = await fetch(`${studio.ingestionUrl}/api/training/data`, { method: "POST", headers, body });
        expect([200, 400], `case ${i}: ${await response.text()}`).toContain(response.status);
        if (response.ok) stored++;
        else refused++;
      }

      const count = await fetch(`${studio.url}/v1/api/${studio.projectId}/raw-data/count?category=all`, { headers });
      expect(await count.json()).toMatchObject({ success: true, count: stored });
      expect(Math.min(stored, refused)).toBeGreaterThan(50);
      expect(readdirSync(path.join(dataDir, "uploads"))).toEqual([]);
      expect(readdirSync(path.join(dataDir, "samples"))).toHaveLength(stored);
    } finally {
      await studio.close();
    }
  });
});

/** As a slow network delivers them. */
function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
}
