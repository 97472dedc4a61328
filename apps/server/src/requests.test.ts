import { beforeEach, describe, expect, it } from "vitest";

import { createTestApp, TEST_TOKEN, type TestApp } from "./test-app.ts";

let app: TestApp;

beforeEach(async () => {
  app = await createTestApp();
});

type Line = Record<string, unknown>;

function linesOf({ lines }: TestApp): Line[] {
  return lines.map((line) => JSON.parse(line) as Line);
}

describe("the id of a request", () => {
  it("is the caller's when that is a sane one, and goes back with the answer and into the log", async () => {
    const { headers } = await app.request("GET", "/api/v1/runs", { headers: { "x-request-id": "from-nginx-1" } });

    expect(headers.get("x-request-id")).toBe("from-nginx-1");
    expect(linesOf(app)).toContainEqual(
      expect.objectContaining({ msg: "GET /api/v1/runs", requestId: "from-nginx-1", status: 200 }),
    );
  });

  it.each(["two words", "x".repeat(65), '"quoted"', "<script>"])("is a new one instead of %s", async (id) => {
    const { headers } = await app.request("GET", "/healthz", { headers: { "x-request-id": id } });

    expect(headers.get("x-request-id")).toMatch(/^[\da-f-]{36}$/);
  });

  it("comes with problems too, and with the log's line on a mistake of the server", async () => {
    app.studio.answer("listProjects", () => Promise.reject(new TypeError("a mistake")));

    const { status, headers } = await app.request("GET", "/api/v1/projects", { headers: { "x-request-id": "r-7" } });

    expect(status).toBe(500);
    expect(headers.get("x-request-id")).toBe("r-7");
    const line = linesOf(app).find(({ level }) => level === "error");
    expect(line).toMatchObject({ requestId: "r-7", msg: "GET /api/v1/projects failed" });
    expect(JSON.stringify(line)).toContain("a mistake");
  });
});

describe("the log of requests", () => {
  it("says why one was refused, since who asks for a WebSocket never gets to read it", async () => {
    await app.request("GET", "/live", { headers: { upgrade: "websocket", origin: "https://evil.example" } });

    const [line] = linesOf(app);
    expect(line).toMatchObject({
      status: 403,
      problem: expect.stringContaining("WINDOWSCOPE_ALLOWED_ORIGINS") as string,
    });
  });

  it("has method, route, status and time, and no query", async () => {
    await app.request("GET", "/api/v1/runs/run-1?ticket=secret-in-query");

    const [line] = linesOf(app);
    expect(line).toMatchObject({
      level: "info",
      msg: "GET /api/v1/runs/run-1",
      route: "GET /api/v1/runs/:runId",
      status: 404,
    });
    expect(line?.ms).toBeTypeOf("number");
    expect(app.lines.join()).not.toContain("secret-in-query");
  });

  it("keeps questions for health at the level debug", async () => {
    await app.request("GET", "/healthz");

    expect(linesOf(app)).toMatchObject([{ level: "debug", msg: "GET /healthz" }]);
  });
});

describe("GET /metrics", () => {
  it("has the time of requests by route, however many paths there are", async () => {
    for (let i = 0; i < 5; i++) await app.request("GET", `/api/v1/runs/run-${i}`);
    for (let i = 0; i < 5; i++) await app.request("GET", `/nothing-${i}`);

    const { text, type } = await app.request("GET", "/metrics");

    expect(type).toContain("text/plain");
    expect(text).toContain('windowscope_http_seconds_count{route="GET /api/v1/runs/:runId",status="404"} 5');
    expect(text).toContain('windowscope_http_seconds_count{route="none",status="404"} 5');
    expect(text).not.toContain("run-3");
  });

  it("has what viewers and runs are counted by", async () => {
    const { text } = await app.request("GET", "/metrics");

    for (const name of [
      "viewers",
      "viewer_lag_entries",
      "appended_entries_total",
      "job_wait_seconds",
      "studio_errors_total",
    ]) {
      expect(text).toContain(`# HELP windowscope_${name} `);
    }
  });
});

describe("GET /readyz", () => {
  it("is ready when the run log and Studio are there, and says which one is not", async () => {
    expect(await app.request("GET", "/readyz")).toMatchObject({
      status: 503,
      body: { isReady: false, runLog: "reachable", studio: "connecting", isDraining: false },
    });

    app.hub.setStatus({ state: "connected", message: "Connected" });
    expect(await app.request("GET", "/readyz")).toMatchObject({ status: 200, body: { isReady: true } });

    app.runLog.stat = () => Promise.reject(new Error("gone"));
    expect(await app.request("GET", "/readyz")).toMatchObject({
      status: 503,
      body: { isReady: false, runLog: "unreachable", studio: "connected" },
    });
  });

  it("is not ready while the server ends, and the process is alive all the same", async () => {
    app.hub.setStatus({ state: "connected", message: "Connected" });
    app.state.isDraining = true;

    expect(await app.request("GET", "/readyz")).toMatchObject({ status: 503, body: { isDraining: true } });
    expect((await app.request("GET", "/healthz")).status).toBe(200);
  });

  it("answers whoever asks, under whichever name", async () => {
    app = await createTestApp({ token: TEST_TOKEN });

    expect((await app.request("GET", "/healthz", { headers: { host: "10.2.3.4:4700" } })).status).toBe(200);
  });
});

describe("the headers of an answer", () => {
  it("let the page load nothing from elsewhere, run nothing inline, and stay out of frames", async () => {
    const { headers } = await app.request("GET", "/");

    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(policy).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  });

  it("let those pages show this one in a frame that are listed, and no others", async () => {
    const framed = await createTestApp({
      config: { frameAncestors: ["https://board.example", "http://localhost:3000"] },
    });

    const { headers } = await framed.request("GET", "/");

    expect(headers.get("content-security-policy")).toContain(
      "frame-ancestors https://board.example http://localhost:3000;",
    );
    expect(headers.get("x-frame-options")).toBeNull();
  });

  it("ask for https from now on only where https was used", async () => {
    const behind = await createTestApp({ config: { trustedProxies: ["10.0.0.1"] } });
    const headers = { "x-forwarded-proto": "https" };

    const secure = await behind.request("GET", "/", { headers, from: "10.0.0.1" });
    const pretended = await behind.request("GET", "/", { headers, from: "9.9.9.9" });

    expect(secure.headers.get("strict-transport-security")).toBe("max-age=15552000");
    expect(pretended.headers.get("strict-transport-security")).toBeNull();
  });
});
