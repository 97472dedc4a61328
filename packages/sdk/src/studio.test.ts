import { describe, expect, it } from "vitest";

import {
  isTransient,
  StudioAnswerError,
  StudioAuthenticationError,
  StudioRefusedError,
  StudioUnreachableError,
} from "./errors.ts";
import { fakeStudio } from "./fake-studio.ts";
import { createStudio } from "./studio.ts";

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
    { answer: () => new Response("", { status: 403 }), message: "status 403" },
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
  ])("throws StudioAnswerError for $what", async ({ answer, isPassing }) => {
    const { studio } = fakeStudio(answer);

    const error = await failure(studio.call("listProjects"));

    expect(error).toBeInstanceOf(StudioAnswerError);
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
    expect(error.message).toContain("no answer within 20 ms");
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
});

/** An answer that never comes. */
function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
}
