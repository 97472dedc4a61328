import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, beforeEach, expect, it } from "vitest";
import { WebSocket } from "ws";

import { readConfig, secretsOf } from "./config.ts";
import { createLog } from "./log.ts";
import { startServer, type RunningServer } from "./start.ts";

const KEY = "ei_secret0123456789";
const TOKEN = "secret-token-of-the-server";

let studio: Server;
let server: RunningServer;
let output: string;

/** A Studio that refuses everything and, as a bad server does, repeats what it was sent. */
beforeEach(async () => {
  studio = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    response.statusCode = request.url?.includes("/projects") ? 500 : 200;
    response.end(JSON.stringify({ success: false, error: `No ${String(request.headers["x-api-key"])} here` }));
  });
  await new Promise<void>((resolve) => studio.listen(0, "127.0.0.1", resolve));
  const config = readConfig({
    EI_API_KEY: KEY,
    EI_STUDIO_URL: `http://127.0.0.1:${(studio.address() as AddressInfo).port}`,
    WINDOWSCOPE_PORT: "0",
    WINDOWSCOPE_RUNLOG: "memory",
    WINDOWSCOPE_ACCESS_TOKEN: TOKEN,
    WINDOWSCOPE_LOG_LEVEL: "debug",
  });
  output = "";
  const log = createLog(config.logLevel, {
    secrets: secretsOf(config),
    destination: { write: (line) => void (output += line) },
  });
  server = await startServer(config, { log });
});

afterEach(async () => {
  await server.close();
  await new Promise((resolve) => studio.close(resolve));
});

/** Everything that a server answers to a request. */
async function ask(path: string, init: RequestInit = {}): Promise<{ seen: string; text: string; cookie: string }> {
  const response = await fetch(`${server.url}${path}`, init);
  const text = await response.text();
  const cookie = response.headers.get("set-cookie") ?? "";
  const headers = [...response.headers].filter(([name]) => name !== "set-cookie");
  return { seen: JSON.stringify(headers) + text, text, cookie: cookie.split(";")[0] ?? "" };
}

/** Connects and says hello. @returns Everything that the server says until it closes or has said something. */
function connect(ticket: string, cookie: string): Promise<string> {
  return new Promise((resolve) => {
    const url = `${server.url.replace("http", "ws")}/live?ticket=${ticket}`;
    const socket = new WebSocket(url, "windowscope.v1", { origin: server.url, headers: { cookie } });
    let seen = "";
    socket.on("open", () => socket.send(JSON.stringify({ type: "hello", client: KEY, ticket })));
    socket.on("message", (data: Buffer) => {
      seen += data.toString();
      socket.send(JSON.stringify({ type: "open", ticket, token: TOKEN }));
    });
    socket.on("error", () => undefined);
    socket.on("close", (code, reason) => resolve(`${seen} ${code} ${reason.toString()}`));
  });
}

it("[S9] puts no key, token, cookie or ticket into any answer, frame, header or line of the log", async () => {
  const headers = { "content-type": "application/json" };
  const bearer = { authorization: `Bearer ${TOKEN}` };
  const signIn = (token: string) =>
    ask("/api/v1/session", { method: "POST", headers, body: JSON.stringify({ token }) });

  const { cookie, seen } = await signIn(TOKEN);
  const { text } = await ask("/api/v1/ws-ticket", { method: "POST", headers: { ...headers, cookie }, body: "{}" });
  const { ticket } = JSON.parse(text) as { ticket: string };
  const answers = [
    seen,
    (await signIn(`${TOKEN}x`)).seen,
    (await ask("/api/v1/projects", { headers: { ...bearer, "x-request-id": TOKEN } })).text,
    (await ask("/api/v1/projects/1/samples", { headers: { cookie } })).seen,
    (await ask(`/api/v1/runs?apiKey=${KEY}&token=${TOKEN}&before=x`, { headers: bearer })).seen,
    (await ask("/api/v1/runs", { method: "POST", headers: { ...headers, ...bearer }, body: `{"token": "${TOKEN}"` }))
      .seen,
    (await ask("/api/v1/runs", { method: "POST", headers: { ...headers, ...bearer }, body: `{"projectId":"${KEY}"}` }))
      .seen,
    (await ask(`/${KEY}`)).seen,
    (await ask("/metrics", { headers: bearer })).seen,
    (await ask("/readyz", { headers: { cookie } })).seen,
    await connect(ticket, cookie),
    await connect(`${ticket}x`, cookie),
  ];
  await ask("/api/v1/session", { method: "DELETE", headers: { cookie } });

  const secret = cookie.split("=")[1] ?? "";
  expect(secret).toMatch(/^wss_/);
  expect(output).toContain("GET /api/v1/projects");
  expect(output).toContain("POST /api/v1/session");
  for (const each of [KEY, TOKEN, secret, ticket]) {
    expect(output).not.toContain(each);
    for (const answer of answers) expect(answer).not.toContain(each);
  }
});
