import { describe, expect, it } from "vitest";

import {
  StudioAnswerError,
  StudioAuthenticationError,
  StudioRefusedError,
  StudioStatusError,
  StudioTimeoutError,
  StudioUnreachableError,
} from "./errors.ts";
import { uploadRecording, type UploadRequest } from "./upload-recording.ts";

const KEY = "ei_secret";
const request: UploadRequest = {
  category: "testing",
  fileName: "wave.01.json",
  content: new Blob(["{}"], { type: "application/json" }),
};

/** Uploads to a service that answers with this. */
function upload(answer: (request: Request) => Response | Promise<Response>, changes: Partial<UploadRequest> = {}) {
  const ingestion = {
    apiKey: KEY,
    baseUrl: "http://ingestion.test/",
    fetch: async (...input: Parameters<typeof fetch>) => answer(new Request(...input)),
  };
  return uploadRecording(ingestion, { ...request, ...changes });
}

describe("uploadRecording", () => {
  it("sends the file as a form under its name and type, and answers the sample that it became", async () => {
    const seen: unknown[] = [];
    const sample = await upload(
      async (asked) => {
        const file = (await asked.formData()).get("data") as File;
        seen.push(asked.url, asked.headers.get("x-api-key"), asked.headers.get("x-label"));
        seen.push(file.name, file.type, await file.text());
        const answer = { success: true, projectId: 3, sampleId: 9, fileName: "wave.01.5k2f" };
        return Response.json({ success: true, files: [answer] });
      },
      { label: "up & down" },
    );

    expect(sample).toEqual({ projectId: 3, sampleId: 9, name: "wave.01.5k2f" });
    expect(seen).toEqual([
      "http://ingestion.test/api/testing/files",
      KEY,
      "up%20%26%20down",
      "wave.01.json",
      "application/json",
      "{}",
    ]);
  });

  it("follows no redirection, which would take the key to another server", async () => {
    let redirect: string | undefined;
    const answered = upload((asked) => {
      redirect = asked.redirect;
      return new Response(null, { status: 307, headers: { location: "https://elsewhere.test/" } });
    });

    await expect(answered).rejects.toThrow(StudioStatusError);
    expect(redirect).toBe("manual");
  });

  it("leaves the label to the file's name when there is none", async () => {
    let label: string | null = "";
    await upload((asked) => {
      label = asked.headers.get("x-label");
      return Response.json({ files: [{ projectId: 3, sampleId: 9, fileName: "wave.01" }] });
    });

    expect(label).toBeNull();
  });

  const refused = { success: true, files: [{ success: false, error: "Could not parse this CSV file" }] };
  it.each([
    { of: "a refused file in an answer of success", answer: Response.json(refused), error: StudioRefusedError },
    { of: "a refusal", answer: Response.json({ success: false, error: "Too much" }, { status: 400 }), error: StudioRefusedError }, // prettier-ignore
    { of: "status 401", answer: Response.json({ error: "Invalid API key" }, { status: 401 }), error: StudioAuthenticationError }, // prettier-ignore
    { of: "a gateway's page", answer: new Response("<html>", { status: 502 }), error: StudioStatusError },
    { of: "an answer without a file", answer: Response.json({ success: true, files: [] }), error: StudioAnswerError },
    { of: "an answer that is no JSON", answer: new Response("ok"), error: StudioAnswerError },
  ])("throws $error.name for $of", async ({ answer, error }) => {
    await expect(upload(() => answer)).rejects.toBeInstanceOf(error);
  });

  it("keeps the service's words, and the key out of them", async () => {
    const answer = Response.json({ success: false, error: `No ${KEY} here` }, { status: 400 });

    await expect(upload(() => answer)).rejects.toMatchObject({ studioText: "No (secret) here", status: 400 });
  });

  it("tells apart that nobody answers, that it takes too long, and that the caller stops", async () => {
    const never = (asked: Request) =>
      new Promise<Response>((_resolve, reject) => {
        asked.signal.addEventListener("abort", () => reject(asked.signal.reason as Error));
      });
    const stop = new AbortController();
    const stopped = upload(never, { signal: stop.signal });
    stop.abort(new Error("enough"));

    await expect(stopped).rejects.toThrow("enough");
    await expect(upload(never, { timeoutMs: 1 })).rejects.toBeInstanceOf(StudioTimeoutError);
    await expect(upload(() => Promise.reject(new TypeError("fetch failed")))).rejects.toBeInstanceOf(
      StudioUnreachableError,
    );
  });
});
