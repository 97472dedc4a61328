import { describe, expect, it } from "vitest";

import { createTestApp, TEST_TOKEN, type RequestOptions, type TestOptions } from "./test-app.ts";

const HANDSHAKE = { connection: "upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
const BEARER = { authorization: `Bearer ${TEST_TOKEN}` };

async function ask(
  options: TestOptions,
  headers: Record<string, string>,
  request: RequestOptions & { path?: string } = {},
) {
  const { request: send } = await createTestApp(options);
  const { status, body } = await send("GET", request.path ?? "/api/v1/runs", { ...request, headers });
  return { status, kind: (body.type as string | undefined)?.replace("urn:windowscope:problem:", "") };
}

describe("a server that listens on its own machine alone", () => {
  it.each<{ headers: Record<string, string>; kind: string }>([
    { headers: { host: "evil.example" }, kind: "foreign-host" },
    { headers: { host: "127.0.0.1.evil.example:4700" }, kind: "foreign-host" },
    { headers: { host: "192.168.1.7:4700" }, kind: "foreign-host" },
    { headers: { host: "" }, kind: "foreign-host" },
    { headers: { host: "localhost:4700/@evil.example" }, kind: "foreign-host" },
    { headers: { origin: "http://evil.example" }, kind: "foreign-origin" },
    { headers: { origin: "null" }, kind: "foreign-origin" },
    { headers: { origin: "" }, kind: "foreign-origin" },
    { headers: { origin: "https://127.0.0.1:4700" }, kind: "foreign-origin" },
    { headers: { origin: "http://127.0.0.1:4701" }, kind: "foreign-origin" },
    { headers: { origin: "http://localhost:4700" }, kind: "foreign-origin" },
    { headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }, kind: "foreign-origin" },
    { headers: { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" }, kind: "foreign-origin" },
    { headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }, kind: "foreign-origin" },
  ])("answers 403 to $headers, and before the 101 too", async ({ headers, kind }) => {
    expect(await ask({}, headers)).toEqual({ status: 403, kind });
    expect(await ask({}, { ...HANDSHAKE, ...headers }, { path: "/live" })).toEqual({ status: 403, kind });
  });

  it.each(["127.0.0.1:4700", "localhost:4700", "[::1]:4700", "LOCALHOST:4700"])(
    "answers to the host %s",
    async (host) => {
      expect(await ask({}, { host, origin: `http://${host.toLowerCase()}` })).toMatchObject({ status: 200 });
    },
  );

  it("answers programs, which send no Origin", async () => {
    expect(await ask({}, {})).toMatchObject({ status: 200 });
    // Past the guard there is no socket to upgrade in this test.
    expect(await ask({}, HANDSHAKE, { path: "/live" })).not.toMatchObject({ status: 403 });
  });

  it("opens its page by a link from anywhere", async () => {
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };

    expect(await ask({}, headers, { path: "/nothing" })).toMatchObject({ status: 404 });
  });

  it("guards the stream of events and the metrics as it does the rest", async () => {
    const origin = "http://evil.example";

    expect(await ask({}, { origin }, { path: "/api/v1/runs/run-1/events" })).toMatchObject({ status: 403 });
    expect(await ask({}, { origin }, { path: "/metrics" })).toMatchObject({ status: 403 });
  });
});

describe("a server behind a proxy that speaks https", () => {
  const config = { allowedHosts: ["scope.example"], allowedOrigins: ["https://scope.example"] };
  const host = "scope.example";

  it("answers to the name and the origin that are listed", async () => {
    expect(await ask({ config }, { host, origin: "https://scope.example" })).toMatchObject({ status: 200 });
    expect(await ask({ config }, { host: "scope.example:8443" })).toMatchObject({ status: 200 });
  });

  it.each(["https://scope.example:8443", "https://evil.example", "https://scope.example.evil.example"])(
    "refuses pages of %s",
    async (origin) => {
      expect(await ask({ config }, { host, origin })).toEqual({ status: 403, kind: "foreign-origin" });
    },
  );

  it("takes a trusted proxy's word that its own page came by https, and nobody else's", async () => {
    const trusting = { allowedHosts: ["scope.example"], trustedProxies: ["10.0.0.0/8"] };
    const headers = { host, origin: "https://scope.example", "x-forwarded-proto": "https" };

    expect(await ask({ config: trusting }, headers, { from: "10.1.2.3" })).toMatchObject({ status: 200 });
    expect(await ask({ config: trusting }, headers, { from: "9.9.9.9" })).toMatchObject({ status: 403 });
  });
});

describe("a server that listens beyond its machine", () => {
  const options = { token: TEST_TOKEN, config: { host: "0.0.0.0", allowedHosts: ["scope.example"] } };

  it.each(["192.168.1.7:4700", "[fd00::7]:4700", "scope.example", "localhost:4700"])("answers to %s", async (host) => {
    expect(await ask(options, { host, ...BEARER })).toMatchObject({ status: 200 });
  });

  it.each(["evil.example", "192.168.1.7.evil.example"])("does not answer to %s, token or not", async (host) => {
    expect(await ask(options, { host, ...BEARER })).toEqual({ status: 403, kind: "foreign-host" });
  });

  it("opens a live connection without Origin only to who shows the token", async () => {
    const path = "/live";

    expect(await ask(options, HANDSHAKE, { path })).toEqual({ status: 403, kind: "origin-missing" });
    expect(await ask(options, { ...HANDSHAKE, authorization: "Bearer wrong-wrong-wrong" }, { path })).toMatchObject({
      status: 403,
    });
    expect(await ask(options, { ...HANDSHAKE, ...BEARER }, { path })).not.toMatchObject({ status: 403 });
    const origin = "http://127.0.0.1:4700";
    expect(await ask(options, { ...HANDSHAKE, origin }, { path })).not.toMatchObject({ status: 403 });
  });
});
