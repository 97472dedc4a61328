/** A sample as people see and hear it: the picture or the sound that Studio makes of it. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Studio } from "@windowscope/sdk";
import type { Context } from "hono";

import { readByteRange } from "./byte-range.ts";
import { Problem, problemResponse, refuseInvalid } from "./problem.ts";
import { RecentAnswers } from "./recent-answers.ts";
import { answerNotThere, readSample } from "./sample-of-studio.ts";
import { problem, SampleParams } from "./schemas.ts";

const LARGEST_BYTES = 32 * 1024 * 1024;
const WAV_HEADER_BYTES = 44;
/** Studio writes 16 bits for each reading. */
const READING_BYTES = 2;

/** Its own type of content goes by its first bytes: what a browser is told must be what it gets. */
const PICTURES: Readonly<Record<string, (bytes: Buffer) => boolean>> = {
  "image/png": (bytes) => bytes.subarray(0, 8).equals(Buffer.from("\x89PNG\r\n\x1a\n", "latin1")),
  "image/jpeg": (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
};
const SOUNDS: typeof PICTURES = {
  "audio/wav": (bytes) => bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, 12) === "WAVE",
};

const binary = { schema: z.string().openapi({ format: "binary" }) };

export function sampleFileRoutes(studio: Studio): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseInvalid });
  // A player asks for a recording part by part.
  const recent = new RecentAnswers();

  app.openapi(
    createRoute({
      operationId: "getSampleImage",
      method: "get",
      path: "/projects/{projectId}/samples/{sampleId}/image",
      summary: "The picture of a sample",
      request: { params: SampleParams },
      responses: {
        200: { description: "The picture.", content: { "image/png": binary, "image/jpeg": binary } },
        default: problem,
      },
    }),
    async (c) => {
      const path = c.req.valid("param");
      const asked = studio.call("getSampleAsImage", { path, signal: c.req.raw.signal });
      const bytes = Buffer.from(await asked.catch(answerNotThere));
      return answerFile(c, bytes, typeOf(bytes, PICTURES));
    },
  );

  app.openapi(
    createRoute({
      operationId: "getSampleAudio",
      method: "get",
      path: "/projects/{projectId}/samples/{sampleId}/audio",
      summary: "The sound of a sample",
      request: {
        params: SampleParams,
        query: z.object({ axis: z.coerce.number().int().min(0).max(1_000).default(0).describe("Which axis, from 0.") }),
        headers: z.object({ range: z.string().optional().describe("One part, such as `bytes=0-1023`.") }),
      },
      responses: {
        200: { description: "The sound.", content: { "audio/wav": binary } },
        206: { description: "The part that was asked for.", content: { "audio/wav": binary } },
        default: problem,
      },
    }),
    async (c) => {
      const path = c.req.valid("param");
      const { axis: axisIx } = c.req.valid("query");
      const { valuesCount, lastModified } = await readSample(studio, path, c.req.raw.signal);
      if (WAV_HEADER_BYTES + valuesCount * READING_BYTES > LARGEST_BYTES) throw tooLarge();
      const bytes = await recent.get(
        `${path.projectId}/${path.sampleId}/${axisIx}/${lastModified}`,
        async () => {
          const asked = studio.call("getSampleAsAudio", { path, query: { axisIx } });
          return Buffer.from(await asked.catch(answerNotThere));
        },
        ({ byteLength }) => byteLength + 1,
      );
      const type = typeOf(bytes, SOUNDS);
      c.header("accept-ranges", "bytes");
      const range = readByteRange(c.req.header("range"), bytes.byteLength);
      if (range === undefined) return answerFile(c, bytes, type);
      if (range === "outside") {
        c.header("content-range", `bytes */${bytes.byteLength}`);
        const detail = `The sound has ${bytes.byteLength} bytes; that part is not among them.`;
        return problemResponse(c, 416, "outside-range", detail);
      }
      c.header("content-range", `bytes ${range.from}-${range.to}/${bytes.byteLength}`);
      return answerFile(c, bytes.subarray(range.from, range.to + 1), type, 206);
    },
  );
  return app;
}

/** @throws {Problem} 502 for anything else than these types, and 413 for what is too large. */
function typeOf(bytes: Buffer, types: typeof PICTURES): string {
  if (bytes.byteLength > LARGEST_BYTES) throw tooLarge();
  const type = Object.keys(types).find((each) => types[each]?.(bytes));
  if (type !== undefined) return type;
  throw new Problem(502, "studio-answer", `Studio answered with something else than ${Object.keys(types).join(", ")}.`);
}

function tooLarge(): Problem {
  return new Problem(413, "too-large", `Files of up to ${LARGEST_BYTES} bytes are passed on.`);
}

/** @param bytes Are sent from where they are: who asks for the same recording many times at once costs it once. */
function answerFile(c: Context, bytes: Buffer<ArrayBuffer>, type: string, status: 200 | 206 = 200): Response {
  return c.body(bytes, status, {
    "content-type": type,
    "content-length": String(bytes.byteLength),
    "cache-control": "private, max-age=60",
    "x-content-type-options": "nosniff",
  });
}
