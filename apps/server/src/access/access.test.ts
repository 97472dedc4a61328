import { createMemoryRunLog, type RunLog } from "@windowscope/runlog";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { createTestApp, TEST_TOKEN, type TestApp } from "../test-app.ts";
import { createAccess, SESSION_MS, TICKET_MS, type TokenAccess } from "./token-access.ts";

let app: TestApp;
let runLog: RunLog;
let access: TokenAccess;

beforeEach(async () => {
  vi.useFakeTimers();
  app = await createTestApp({ token: TEST_TOKEN });
  runLog = app.runLog;
  access = app.access as TokenAccess;
});

afterEach(() => {
  access.close();
  vi.useRealTimers();
});

const BEARER = { authorization: `Bearer ${TEST_TOKEN}` };

function signIn(token = TEST_TOKEN, headers: Record<string, string> = {}, from?: string) {
  return app.request("POST", "/api/v1/session", { body: { token }, headers, ...(from !== undefined && { from }) });
}

/** Signs in. @returns The cookie to send. */
async function cookie(): Promise<{ cookie: string }> {
  const { headers } = await signIn();
  return { cookie: headers.get("set-cookie")?.split(";")[0] ?? "" };
}

async function ticketFor(headers: Record<string, string>, body: unknown = {}): Promise<string> {
  const { body: answer } = await app.request("POST", "/api/v1/ws-ticket", { headers, body });
  return String(answer.ticket);
}

describe("GET /api/v1/session", () => {
  it("says whether one has to sign in, and has", async () => {
    const open = await createTestApp();

    expect((await open.request("GET", "/api/v1/session")).body).toEqual({ isOpen: true, isSignedIn: false });
    expect((await app.request("GET", "/api/v1/session")).body).toEqual({ isOpen: false, isSignedIn: false });
    expect((await app.request("GET", "/api/v1/session", { headers: BEARER })).body).toEqual({
      isOpen: false,
      isSignedIn: true,
    });
    expect((await app.request("GET", "/api/v1/session", { headers: await cookie() })).body).toEqual({
      isOpen: false,
      isSignedIn: true,
      expiresAt: new Date(Date.now() + SESSION_MS).toISOString(),
    });
  });
});

describe("POST /api/v1/session", () => {
  it("sets a cookie that scripts cannot read and other sites cannot send", async () => {
    const { status, headers, text } = await signIn();

    expect(status).toBe(200);
    expect(headers.get("set-cookie")).toMatch(
      /^windowscope-session=wss_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(text).not.toContain("wss_");
  });

  it("sets it for https alone when the page came by https", async () => {
    app = await createTestApp({
      token: TEST_TOKEN,
      config: { allowedOrigins: ["https://scope.example"], allowedHosts: ["scope.example"] },
    });

    const { headers } = await signIn(TEST_TOKEN, { host: "scope.example", origin: "https://scope.example" });

    expect(headers.get("set-cookie")).toContain("; Secure");
  });

  it.each(["", "wrong", TEST_TOKEN.slice(1), `${TEST_TOKEN}x`, "x".repeat(2_000)])(
    "refuses the token '%s'",
    async (token) => {
      const { status, headers } = await signIn(token);

      expect([400, 401]).toContain(status);
      expect(headers.get("set-cookie")).toBeNull();
    },
  );

  it("makes an address wait after ten wrong tokens, and that one alone", async () => {
    for (let i = 0; i < 10; i++) expect((await signIn("wrong", {}, "9.9.9.9")).status).toBe(401);

    const refused = await signIn(TEST_TOKEN, {}, "9.9.9.9");
    expect(refused).toMatchObject({ status: 429, body: { type: "urn:windowscope:problem:too-many-attempts" } });
    expect(refused.headers.get("retry-after")).toBe("60");
    expect((await signIn(TEST_TOKEN, {}, "8.8.8.8")).status).toBe(200);
    vi.advanceTimersByTime(60_000);
    expect((await signIn(TEST_TOKEN, {}, "9.9.9.9")).status).toBe(200);
  });

  it("counts wrong tokens in headers too, and does not tell them from right ones then", async () => {
    const guess = (authorization: string) =>
      app.request("GET", "/api/v1/runs", { headers: { authorization }, from: "9.9.9.9" });
    for (let i = 0; i < 10; i++) expect((await guess(`Bearer wrong-${i}`)).status).toBe(401);

    expect((await guess(BEARER.authorization)).status).toBe(429);
    expect((await app.request("GET", "/api/v1/session", { headers: BEARER, from: "9.9.9.9" })).body).toMatchObject({
      isSignedIn: false,
    });
  });

  it.each([
    ["the handshake of the live socket", "/live", { connection: "upgrade", upgrade: "websocket" }],
    ["the question for the session", "/api/v1/session", {}],
    ["a request with a made-up cookie", "/api/v1/runs", { cookie: "windowscope-session=wss_x" }],
  ])("counts wrong tokens in %s, also those that come at once", async (_what, path, headers) => {
    const guess = (i: number) =>
      app.request("GET", path, { headers: { ...headers, authorization: `Bearer wrong-${i}` }, from: "9.9.9.9" });
    await Promise.all(Array.from({ length: 10 }, (_, i) => guess(i)));

    expect((await signIn(TEST_TOKEN, {}, "9.9.9.9")).status).toBe(429);
  });

  it("counts a request that shows a wrong token once", async () => {
    const guess = () =>
      app.request("GET", "/api/v1/runs", { headers: { authorization: "Bearer wrong" }, from: "9.9.9.9" });
    for (let i = 0; i < 9; i++) expect((await guess()).status).toBe(401);

    expect((await signIn(TEST_TOKEN, {}, "9.9.9.9")).status).toBe(200);
  });

  it("answers 409 where nobody has to sign in", async () => {
    const open = await createTestApp();

    expect((await open.request("POST", "/api/v1/session", { body: { token: "x" } })).status).toBe(409);
    expect((await open.request("POST", "/api/v1/ws-ticket", { body: {} })).status).toBe(409);
  });
});

describe("a request without a session", () => {
  it.each([
    ["GET", "/api/v1/runs"],
    ["GET", "/api/v1/runs/run-1/windows"],
    ["DELETE", "/api/v1/runs/run-1"],
    ["GET", "/api/v1/projects"],
    ["POST", "/api/v1/ws-ticket"],
    ["GET", "/api/v1/nothing"],
    ["GET", "/api/v1/session/more"],
    ["GET", "/metrics"],
  ])("is answered 401 for %s %s", async (method, path) => {
    const body = method === "POST" ? {} : undefined;
    const refused = await app.request(method, path, { body });

    expect(refused).toMatchObject({ status: 401, body: { type: "urn:windowscope:problem:sign-in-needed" } });
    expect(refused.headers.get("www-authenticate")).toContain("Bearer");
  });

  it.each(["Bearer", "Bearer wrong", `Basic ${TEST_TOKEN}`, TEST_TOKEN])("is what '%s' is", async (authorization) => {
    expect((await app.request("GET", "/api/v1/runs", { headers: { authorization } })).status).toBe(401);
  });

  it("still gets health and what is not there", async () => {
    expect((await app.request("GET", "/healthz")).status).toBe(200);
    expect((await app.request("GET", "/")).status).toBe(404);
  });
});

describe("a session", () => {
  it("opens the API, on every replica of the same run log", async () => {
    const headers = await cookie();
    const replica = await createTestApp({ token: TEST_TOKEN, runLog });

    expect((await app.request("GET", "/api/v1/runs", { headers })).status).toBe(200);
    expect((await replica.request("GET", "/api/v1/runs", { headers })).status).toBe(200);
  });

  it("does not open the metrics, which are for programs", async () => {
    expect((await app.request("GET", "/metrics", { headers: await cookie() })).status).toBe(401);
    expect((await app.request("GET", "/metrics", { headers: BEARER })).status).toBe(200);
  });

  it("ends when it is not used for 12 hours, and lasts as long as it is used", async () => {
    const headers = await cookie();
    for (let hours = 0; hours < 48; hours += 8) {
      vi.setSystemTime(Date.now() + 8 * 60 * 60_000);
      expect((await app.request("GET", "/api/v1/runs", { headers })).status).toBe(200);
    }
    vi.setSystemTime(Date.now() + SESSION_MS);

    expect((await app.request("GET", "/api/v1/runs", { headers })).status).toBe(401);
  });

  it("ends with DELETE, for every replica within a second", async () => {
    const headers = await cookie();
    const replica = await createTestApp({ token: TEST_TOKEN, runLog });
    const grant = await replica.access?.redeem(await ticketFor(headers));
    const revoked: string[] = [];
    replica.access?.onRevoked((session) => revoked.push(session));

    expect((await app.request("DELETE", "/api/v1/session", { headers })).status).toBe(204);
    await vi.advanceTimersByTimeAsync(1_000);

    expect(revoked).toEqual([grant?.session]);
    expect((await replica.request("GET", "/api/v1/runs", { headers })).status).toBe(401);
    expect((await app.request("DELETE", "/api/v1/session", { headers })).status).toBe(204);
  });

  it("is not kept in a form that anybody could use", async () => {
    const { cookie: pair } = await cookie();
    const secret = pair.split("=")[1] ?? "";
    await ticketFor({ cookie: pair });

    const states = await runLog.list({ prefix: "", limit: 100 });

    expect(states.length).toBeGreaterThan(2);
    expect(JSON.stringify(states)).not.toContain(secret);
    expect(JSON.stringify(states)).not.toMatch(/ws[st]_/);
  });

  it("ends with the token that it was opened with", async () => {
    const headers = await cookie();
    const later = await createTestApp({ token: "another-token-of-16", runLog });

    expect((await later.request("GET", "/api/v1/runs", { headers })).status).toBe(401);
  });
});

describe("POST /api/v1/ws-ticket", () => {
  it("gives out a ticket for everything, or for some runs", async () => {
    const headers = await cookie();
    const ticket = await ticketFor(headers);
    const forRuns = await ticketFor(headers, { runs: ["run-1", "run-2"] });

    expect(await access.redeem(ticket)).toMatchObject({ logs: "all", expiresAtMs: Date.now() + SESSION_MS });
    expect(await access.redeem(forRuns)).toMatchObject({ logs: ["run-1", "run-2"] });
  });

  it("takes no body for everything", async () => {
    const { status, body } = await app.request("POST", "/api/v1/ws-ticket", { headers: BEARER });

    expect(status).toBe(201);
    expect(body).toEqual({ ticket: expect.stringMatching(/^wst_/) as string, expiresInMs: TICKET_MS });
  });

  it.each([
    { runs: [] },
    { runs: "run-1" },
    { runs: [1] },
    { run: ["run-1"] },
    { runs: Array.from({ length: 65 }, () => "run-1") },
  ])("answers 400 to %j", async (body) => {
    expect((await app.request("POST", "/api/v1/ws-ticket", { headers: BEARER, body })).status).toBe(400);
  });

  it.each(["text/plain;charset=UTF-8", "application/x-www-form-urlencoded", ""])(
    "gives none to who asks for some runs with the content type '%s'",
    async (type) => {
      const headers = { ...BEARER, host: "127.0.0.1:4700", ...(type !== "" && { "content-type": type }) };
      const body = Buffer.from(JSON.stringify({ runs: ["run-1"] }));

      const answer = await app.app.request("/api/v1/ws-ticket", { method: "POST", headers, body });

      expect(answer.status).toBe(415);
    },
  );

  it("serves programs that show the token", async () => {
    expect(await access.redeem(await ticketFor(BEARER))).toMatchObject({ session: "token", logs: "all" });
  });
});

describe("a ticket", () => {
  it("works once, whichever replicas are asked at the same time", async () => {
    const replica = await createAccess(runLog, TEST_TOKEN);
    const ticket = await ticketFor(BEARER);

    const grants = await Promise.all([1, 2, 3, 4].map((i) => (i % 2 ? access : replica).redeem(ticket)));

    expect(grants.filter((grant) => grant !== undefined)).toHaveLength(1);
    expect(await access.redeem(ticket)).toBeUndefined();
    replica.close();
  });

  it("works for 30 seconds", async () => {
    const ticket = await ticketFor(BEARER);
    vi.setSystemTime(Date.now() + TICKET_MS);

    expect(await access.redeem(ticket)).toBeUndefined();
  });

  it("does not outlive its session", async () => {
    const headers = await cookie();
    const ticket = await ticketFor(headers);
    await app.request("DELETE", "/api/v1/session", { headers });

    expect(await access.redeem(ticket)).toBeUndefined();
  });

  it.each(["", "wst_", "feed", "../feed", "wst_".padEnd(47, "A")])("is not '%s'", async (ticket) => {
    expect(await access.redeem(ticket)).toBeUndefined();
  });
});

describe("createAccess", () => {
  it("clears away what is over, at the start and every hour", async () => {
    await cookie();
    await ticketFor(BEARER);
    vi.setSystemTime(Date.now() + SESSION_MS);
    await cookie();
    await runLog.open("run-1");

    const replica = await createAccess(runLog, TEST_TOKEN);

    const names = async () => (await runLog.list({ prefix: "", limit: 100 })).map(({ log }) => log.split("-")[0]);
    expect((await names()).sort()).toEqual(["feed", "run", "session", "sessions"]);
    vi.setSystemTime(Date.now() + SESSION_MS);
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    expect((await names()).sort()).toEqual(["feed", "run", "sessions"]);
    replica.close();
  });

  it("does not let tickets pile up that nobody redeems", async () => {
    for (let i = 0; i < 100; i++) {
      await access.createTicket(undefined, "all");
      vi.setSystemTime(Date.now() + 2_000);
    }

    expect((await runLog.list({ prefix: "ticket-", limit: 200 })).length).toBeLessThan(30);
  });

  it("hears of ended sessions although the log of them began anew", async () => {
    const revoked: string[] = [];
    access.onRevoked((session) => revoked.push(session));
    await runLog.restart("sessions-ended");
    const { secret } = await access.createSession();

    await access.endSession(secret);
    await vi.advanceTimersByTimeAsync(1_000);

    expect(revoked).toHaveLength(1);
  });

  it("keeps the log of ended sessions short", async () => {
    const log = createMemoryRunLog();
    const busy = await createAccess(log, TEST_TOKEN);
    for (let i = 0; i < 2_100; i++) await busy.endSession((await busy.createSession()).secret);

    const state = await log.stat("sessions-ended");
    expect((state?.next ?? 0) - (state?.first ?? 0)).toBeLessThanOrEqual(2_001);
    busy.close();
  });
});
