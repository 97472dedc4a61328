import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import {
  isTransient,
  StudioAnswerError,
  StudioAuthenticationError,
  StudioRefusedError,
  StudioStatusError,
  StudioTimeoutError,
  StudioUnreachableError,
} from "./errors.ts";
import { fakeStudio } from "./fake-studio.ts";
import { createStudio } from "./studio.ts";
import type { RequestReport, StudioOptions } from "./transport.ts";

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error("it succeeded");
    },
    (error: unknown) => error as Error,
  );
}

describe("Studio.call", () => {
  it("sends the key, the path and the query of the operation, and gives back the answer", async () => {
    let seen: Request | undefined;
    const { studio, requests } = fakeStudio((_path, _query, request) => {
      seen = request;
      return { samples: [], totalCount: 0 };
    });

    const answer = await studio.call("listSamples", {
      path: { projectId: 7 },
      query: { category: "testing", limit: 3 },
    });

    expect(answer).toEqual({ success: true, samples: [], totalCount: 0 });
    expect(requests).toEqual(["GET /v1/api/7/raw-data"]);
    expect(seen?.url).toBe("http://studio.test/v1/api/7/raw-data?category=testing&limit=3");
    expect(seen?.headers.get("x-api-key")).toBe("ei_secret");
  });

  it.each(["http://studio.test/", "http://studio.test/v1", "http://studio.test/v1/"])(
    "takes %s as an address too",
    async (baseUrl) => {
      const { studio, requests } = fakeStudio(() => ({ projects: [] }), { baseUrl });

      await studio.call("listProjects");

      expect(studio.baseUrl).toBe("http://studio.test");
      expect(requests).toEqual(["GET /v1/api/projects"]);
    },
  );

  it.each([
    { answer: () => Response.json({ success: false, error: "Invalid API key" }), message: "Invalid API key" },
    { answer: () => Response.json({ success: false, error: "Nope" }, { status: 401 }), message: "Nope" },
    { answer: () => Response.json({ success: false }, { status: 403 }), message: "status 403" },
  ])("throws StudioAuthenticationError when the key is refused: $message", async ({ answer, message }) => {
    const { studio } = fakeStudio(answer);

    const error = await failure(studio.call("listProjects"));

    expect(error).toBeInstanceOf(StudioAuthenticationError);
    expect(error.message).toContain(message);
    expect(isTransient(error)).toBe(false);
  });

  it.each([200, 404])(
    "throws StudioRefusedError for success: false with status %i, with Studio's words",
    async (status) => {
      const { studio } = fakeStudio(() => Response.json({ success: false, error: "No such sample" }, { status }));

      const error = await failure(studio.call("getSample", { path: { projectId: 1, sampleId: 2 } }));

      expect(error).toBeInstanceOf(StudioRefusedError);
      expect(error).toMatchObject({ operation: "getSample", status, studioText: "No such sample" });
      expect(isTransient(error)).toBe(false);
    },
  );

  it.each([
    {
      what: "an HTML page of a gateway",
      answer: () => new Response("<h1>Bad gateway</h1>", { status: 502 }),
      isPassing: true,
    },
    {
      what: "too many requests",
      answer: () => Response.json({ message: "slow down" }, { status: 429 }),
      isPassing: true,
    },
    {
      what: "Studio's own refusal because it is busy",
      answer: () => Response.json({ success: false, error: "Too many requests" }, { status: 429 }),
      isPassing: true,
    },
    {
      what: "a mistake of Studio's own",
      answer: () => Response.json({ success: false, error: "Something broke" }, { status: 500 }),
      isPassing: true,
    },
    { what: "an HTML page with status 200", answer: () => new Response("<p>Log in"), isPassing: false },
    { what: "nothing", answer: () => new Response(""), isPassing: false },
    { what: "half of a JSON text", answer: () => new Response('{"success":true,'), isPassing: false },
    { what: "JSON without success", answer: () => Response.json({ projects: [] }), isPassing: false },
  ])("throws an error of its own for $what", async ({ answer, isPassing }) => {
    const { studio } = fakeStudio(answer);

    const error = await failure(studio.call("listProjects"));

    expect(error).toBeInstanceOf(isPassing ? StudioStatusError : StudioAnswerError);
    expect(isTransient(error)).toBe(isPassing);
  });

  it("throws StudioUnreachableError with the reason when nobody listens", async () => {
    const studio = createStudio({ apiKey: "ei_secret", baseUrl: "http://127.0.0.1:9" });

    const error = await failure(studio.call("listProjects"));

    expect(error).toBeInstanceOf(StudioUnreachableError);
    expect(error.message).toContain("http://127.0.0.1:9 does not answer listProjects");
    expect(isTransient(error)).toBe(true);
  });

  it("throws StudioUnreachableError when the time is up", async () => {
    const { studio } = fakeStudio((_path, _query, { signal }) => hang(signal), { timeoutMs: 20 });

    const error = await failure(studio.call("listProjects"));

    expect(error).toBeInstanceOf(StudioUnreachableError);
    expect(error.message).toContain("not within 20 ms");
  });

  it("leaves nothing of a request that is over on the signal that many share", async () => {
    const { studio } = fakeStudio(() => ({ projects: [] }));
    const any = vi.spyOn(AbortSignal, "any");
    const { signal } = new AbortController();

    await studio.call("listProjects", { signal });

    await studio.call("listProjects", { signal });

    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    // Node 20 keeps a trace of each in the signals that it was made of.
    expect(any).not.toHaveBeenCalled();
    any.mockRestore();
  });

  it("throws the caller's own reason when the caller stops it", async () => {
    const { studio } = fakeStudio((_path, _query, { signal }) => hang(signal));
    const stop = new AbortController();
    const reason = new Error("changed my mind");

    const call = studio.call("listProjects", { signal: stop.signal });
    stop.abort(reason);

    expect(await failure(call)).toBe(reason);
  });

  it("never puts the key into a message", async () => {
    const { studio } = fakeStudio(() => Promise.reject(new TypeError("fetch failed")));

    const error = await failure(studio.call("listProjects"));

    expect(JSON.stringify([error.message, error.stack, error])).not.toContain("ei_secret");
  });

  it.each([
    { text: "No job with this ID found", name: "StudioNotFoundError" },
    { text: "No learning block found with ID 187", name: "StudioNotFoundError" },
    { text: "Unknown job ID 9", name: "StudioNotFoundError" },
    { text: "The model is not trained yet", name: "NotTrainedError" },
    { text: "Your JWT token has expired", name: "StudioAuthenticationError" },
    { text: "Job is still running", name: "StudioRefusedError" },
  ])("tells from Studio's words what it means: $text", async ({ text, name }) => {
    const { studio } = fakeStudio(() =>
      Response.json({ success: false, error: text }, { headers: { "x-request-id": "r-7" } }),
    );

    expect(await failure(studio.call("listProjects"))).toMatchObject({
      name,
      operation: "listProjects",
      status: 200,
      requestId: "r-7",
      studioText: text,
    });
  });

  it("throws StudioTimeoutError, which is a kind of not being reachable, when the time is up", async () => {
    const { studio } = fakeStudio((_path, _query, { signal }) => hang(signal), { timeoutMs: 20 });

    const error = await failure(studio.call("listProjects"));

    expect(error).toBeInstanceOf(StudioTimeoutError);
    expect(error).toBeInstanceOf(StudioUnreachableError);
  });

  it("sends a token of a person in its own header", async () => {
    const headers: string[] = [];
    const { studio } = fakeStudio(
      (_path, _query, request) => {
        headers.push(request.headers.get("x-jwt-token") ?? "", request.headers.get("x-api-key") ?? "none");
        return {};
      },
      { jwt: "token", apiKey: undefined as never },
    );
    await studio.call("listProjects");

    expect(headers).toEqual(["token", "none"]);
  });

  it.each(["getEverything", "constructor"])("refuses %s, which is no operation", async (operation) => {
    const { studio, requests } = fakeStudio(() => ({}));

    expect(await failure(studio.call(operation as never))).toMatchObject({
      name: "RangeError",
      message: `There is no operation "${operation}".`,
    });
    expect(requests).toEqual([]);
  });

  it("gives the bytes of a file, and still hears when Studio says no", async () => {
    let isThere = true;
    const { studio } = fakeStudio(() =>
      isThere
        ? new Response(Uint8Array.of(0, 255, 128), { headers: { "content-type": "application/octet-stream" } })
        : Response.json({ success: false, error: "Sample not found" }),
    );
    const path = { projectId: 1, sampleId: 2 };

    expect(new Uint8Array(await studio.call("getSampleAsRaw", { path }))).toEqual(Uint8Array.of(0, 255, 128));
    isThere = false;
    expect(await failure(studio.call("getSampleAsRaw", { path }))).toMatchObject({ name: "StudioNotFoundError" });
  });

  it("hides the key when a gateway repeats it on its error page", async () => {
    const { studio } = fakeStudio(() => new Response("<p>x-api-key: ei_secret", { status: 502 }));

    const error = await failure(studio.call("listProjects"));

    expect(error.message).toContain("x-api-key: (secret)");
    expect(JSON.stringify([error.message, error.stack, error])).not.toContain("ei_secret");
  });
});

describe("createStudio", () => {
  it.each(["ei_secret\nei_more", "ei_secret ", "ei_secr\u00e9t"])(
    "refuses a key that no header can carry, and does not repeat it",
    (apiKey) => {
      expect(() => createStudio({ apiKey })).toThrow(TypeError);
      expect(() => createStudio({ apiKey })).not.toThrow("ei_secr");
    },
  );

  it.each(["localhost:4800", "studio", "ftp://x"])("refuses %s, which is no address", (baseUrl) => {
    expect(() => createStudio({ apiKey: "ei_1", baseUrl })).toThrow(`baseUrl is "${baseUrl}"`);
  });
});

describe("Studio.call, when an attempt fails for a passing reason", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  /** A Studio that fails so many times. */
  function failing(times: number, fail: () => Response, options: Partial<StudioOptions> = {}) {
    let calls = 0;
    const reports: RequestReport[] = [];
    const { studio, requests } = fakeStudio(() => (calls++ < times ? fail() : {}), {
      retry: { most: 2 },
      onRequest: (report) => reports.push(report),
      ...options,
    });
    return { studio, requests, reports };
  }

  const busy = (retryAfter?: string) => () =>
    new Response("busy", { status: 429, headers: retryAfter === undefined ? {} : { "retry-after": retryAfter } });

  it("sends a request that only reads again, and reports each attempt", async () => {
    const warn = vi.fn();
    const { studio, requests, reports } = failing(2, busy(), { logger: { warn } });

    const answered = studio.call("listProjects");
    await vi.advanceTimersByTimeAsync(5_000);
    await answered;

    expect(requests).toHaveLength(3);
    expect(reports.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 429],
      [2, 429],
      [3, 200],
    ]);
    expect(reports[0]?.retryInMs).toBeGreaterThanOrEqual(250);
    expect(reports[1]?.retryInMs).toBeLessThanOrEqual(1_000);
    expect(warn).toHaveBeenCalledTimes(2);
  });

  it("gives up with the count", async () => {
    const { studio } = failing(9, busy());

    const failed = failure(studio.call("listProjects"));
    await vi.advanceTimersByTimeAsync(5_000);

    expect(await failed).toMatchObject({ attempts: 3, message: expect.stringContaining("(3 attempts)") as string });
  });

  it.each([
    { header: "7", waitMs: 7_000 },
    { header: "0.05", waitMs: 50 },
    { header: new Date(Date.parse("2026-01-01T00:00:09Z")).toUTCString(), waitMs: 9_000 },
    { header: "86400", waitMs: 60_000 },
    { header: "0", waitMs: 0 },
  ])("waits as long as it is asked to: Retry-After $header", async ({ header, waitMs }) => {
    vi.setSystemTime(new Date("2026-01-01T00:00:00Z"));
    const { studio, requests } = failing(1, busy(header));

    const answered = studio.call("listProjects");
    if (waitMs > 0) await vi.advanceTimersByTimeAsync(waitMs - 1);
    if (waitMs > 0) expect(requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    await answered;

    expect(requests).toHaveLength(2);
  });

  it.each(["-1", "Thu, 01 Jan 2026 00:00:00 GMT", "soon"])(
    "waits as usual when Retry-After says %s",
    async (header) => {
      vi.setSystemTime(new Date("2026-06-01T00:00:00Z"));
      const { studio, reports } = failing(1, busy(header));
      const answered = studio.call("listProjects");
      await vi.advanceTimersByTimeAsync(1_000);
      await answered;

      expect(reports[0]?.retryInMs).toBeGreaterThanOrEqual(250);
    },
  );

  it.each([
    { operation: "classifySampleV2", path: { projectId: 1, sampleId: 2 }, sent: 3 },
    { operation: "startClassifyJob", path: { projectId: 1 }, sent: 1 },
  ] as const)("sends $operation $sent times", async ({ operation, path, sent }) => {
    const { studio, requests } = failing(9, busy());

    const failed = failure(studio.call(operation, { path: path }));
    await vi.advanceTimersByTimeAsync(5_000);
    await failed;

    expect(requests).toHaveLength(sent);
  });

  it("does not try again what will fail again", async () => {
    const { studio, requests } = failing(9, () => Response.json({ success: false, error: "no" }));

    expect(await failure(studio.call("listProjects"))).toMatchObject({
      attempts: 1,
      message: "Studio refused listProjects: no",
    });
    expect(requests).toHaveLength(1);
  });

  it("stops waiting when the caller stops it", async () => {
    const { studio } = failing(9, busy("30"));
    const stop = new AbortController();
    const reason = new Error("changed my mind");

    const failed = failure(studio.call("listProjects", { signal: stop.signal }));
    await vi.advanceTimersByTimeAsync(1_000);
    stop.abort(reason);

    expect(await failed).toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
  });
});

/** An answer that never comes. */
function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
}
