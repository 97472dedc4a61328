import { StudioRefusedError } from "@windowscope/sdk";
import { beforeEach, describe, expect, it } from "vitest";

import { createTestApp, type TestApp } from "../test-app.ts";

const PNG = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(20, 1)]);
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2]);
const WAV = Buffer.concat([Buffer.from("RIFF\0\0\0\0WAVE", "latin1"), Buffer.from([...Array(88).keys()])]);

let app: TestApp;

beforeEach(async () => {
  app = await createTestApp();
  app.studio.answer("getSample", () => ({ sample: { id: 7, valuesCount: 28, lastModified: "2026-01-01" } }));
  app.studio.answer("getSampleAsAudio", () => toArrayBuffer(WAV));
});

/** Of Node's buffers several may share one. */
function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

async function ask(path: string, headers: Record<string, string> = {}) {
  const response = await app.fetchRaw("GET", `/api/v1/projects/1/samples/7/${path}`, { headers });
  return {
    status: response.status,
    header: (name: string) => response.headers.get(name),
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}

describe("GET /api/v1/projects/{projectId}/samples/{sampleId}/image", () => {
  it.each([
    { type: "image/png", file: PNG },
    { type: "image/jpeg", file: JPEG },
  ])("passes on a picture of the type $type, for this person's browser alone", async ({ type, file }) => {
    app.studio.answer("getSampleAsImage", () => toArrayBuffer(file));

    const { status, header, bytes } = await ask("image");

    expect(status).toBe(200);
    expect(bytes).toEqual(file);
    expect(header("content-type")).toBe(type);
    expect(header("content-length")).toBe(String(file.length));
    expect(header("cache-control")).toBe("private, max-age=60");
    expect(header("x-content-type-options")).toBe("nosniff");
  });

  it.each(["<svg xmlns='http://www.w3.org/2000/svg'/>", "<script>alert(1)</script>", ""])(
    "answers 502 instead of what is no picture: %j",
    async (text) => {
      app.studio.answer("getSampleAsImage", () => toArrayBuffer(Buffer.from(text)));

      const { status, header } = await ask("image");

      expect(status).toBe(502);
      expect(header("content-type")).toBe("application/problem+json");
    },
  );

  it("answers 404 with Studio's words for a sample without a picture", async () => {
    const studioText = "This sample is no image.";
    app.studio.answer("getSampleAsImage", () => Promise.reject(new StudioRefusedError("no", { studioText })));

    const { status, bytes } = await ask("image");

    expect(status).toBe(404);
    expect(bytes.toString()).toContain(studioText);
  });

  it("answers 413 for a picture that is too large", async () => {
    const huge = Buffer.alloc(33 * 1024 * 1024);
    PNG.copy(huge);
    app.studio.answer("getSampleAsImage", () => toArrayBuffer(huge));

    expect((await ask("image")).status).toBe(413);
  });
});

describe("GET /api/v1/projects/{projectId}/samples/{sampleId}/audio", () => {
  it("passes on the sound of the axis that is asked for, the first one when none is", async () => {
    const axes: unknown[] = [];
    app.studio.answer("getSampleAsAudio", (_path, { axisIx }) => {
      axes.push(axisIx);
      return toArrayBuffer(WAV);
    });

    const { status, header, bytes } = await ask("audio");
    await ask("audio?axis=2");

    expect(status).toBe(200);
    expect(bytes).toEqual(WAV);
    expect(header("content-type")).toBe("audio/wav");
    expect(header("content-length")).toBe("100");
    expect(header("accept-ranges")).toBe("bytes");
    expect(axes).toEqual([0, 2]);
  });

  it("answers a part, and asks Studio once for all parts", async () => {
    const first = await ask("audio", { range: "bytes=0-11" });
    const last = await ask("audio", { range: "bytes=-4" });

    expect(first.status).toBe(206);
    expect(first.bytes).toEqual(WAV.subarray(0, 12));
    expect(first.header("content-range")).toBe("bytes 0-11/100");
    expect(first.header("content-length")).toBe("12");
    expect(last.bytes).toEqual(WAV.subarray(96));
    expect(app.studio.calls.filter((operation) => operation === "getSampleAsAudio")).toHaveLength(1);
  });

  it("asks Studio again after the sample has changed", async () => {
    await ask("audio");
    app.studio.answer("getSample", () => ({ sample: { id: 7, valuesCount: 28, lastModified: "2026-01-02" } }));
    await ask("audio");

    expect(app.studio.calls.filter((operation) => operation === "getSampleAsAudio")).toHaveLength(2);
  });

  it("answers 416 for a part that is not there", async () => {
    const { status, header } = await ask("audio", { range: "bytes=100-" });

    expect(status).toBe(416);
    expect(header("content-range")).toBe("bytes */100");
    expect(header("content-type")).toBe("application/problem+json");
  });

  it("answers 413 for a recording that is too long, without asking for it", async () => {
    app.studio.answer("getSample", () => ({ sample: { id: 7, valuesCount: 20_000_000, lastModified: "" } }));

    expect((await ask("audio")).status).toBe(413);
    expect(app.studio.calls).not.toContain("getSampleAsAudio");
  });

  it("answers 404 for an axis that is no sound, and 400 for what is no axis", async () => {
    const studioText = "The axis accX of this sample is no audio.";
    app.studio.answer("getSampleAsAudio", () => Promise.reject(new StudioRefusedError("no", { studioText })));

    const { status, bytes } = await ask("audio");

    expect(status).toBe(404);
    expect(bytes.toString()).toContain(studioText);
    expect((await ask("audio?axis=-1")).status).toBe(400);
  });
});
