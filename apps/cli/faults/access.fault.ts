/** Tickets, sessions and secrets: a server that listens beyond loopback, with an access token. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";

import { FakeStudio } from "./fake-studio.ts";
import { fault } from "./figures.ts";
import { LiveSocket } from "./live-socket.ts";
import { startLoadBalancer } from "./load-balancer.ts";
import { KEY, startServer, type ServerProcess } from "./server-process.ts";
import { patientMs, sized } from "./run.ts";

const TOKEN = "access-token-that-must-not-leave-0123456789";
const BEARER = { authorization: `Bearer ${TOKEN}` };
/** Tickets live for 30 s; only the full run waits that long. */
const OLD_TICKET_MS = sized(31_000, 0);

/** As behind a name of its own: every request shows that it comes from a page of the server, or shows the token. */
async function start(): Promise<{ studio: FakeStudio; server: ServerProcess }> {
  const studio = await FakeStudio.start();
  onTestFinished(() => studio.close());
  const env = { WINDOWSCOPE_HOST: "0.0.0.0", WINDOWSCOPE_ACCESS_TOKEN: TOKEN, WINDOWSCOPE_LOG_LEVEL: "debug" };
  return { studio, server: await startServer({ studioUrl: studio.url, env }) };
}

/** What the answers over HTTP contained, for the search for secrets. */
const answers: string[] = [];

async function call(
  url: string,
  method: string,
  route: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Response> {
  const response = await fetch(`${url}/api/v1${route}`, {
    method,
    headers: { ...headers, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  answers.push(`${response.url}\n${await response.clone().text()}`);
  return response;
}

async function signIn(server: ServerProcess): Promise<string> {
  const response = await call(server.url, "POST", "/session", {}, { token: TOKEN });
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

async function ticketFor(url: string, headers: Record<string, string>, body: object = {}): Promise<string> {
  return String(((await (await call(url, "POST", "/ws-ticket", headers, body)).json()) as { ticket?: string }).ticket);
}

/** Says hello with a ticket. @returns `welcome`, or the code with which it was closed. */
async function helloWith(url: string, hello: object): Promise<{ live: LiveSocket; outcome: string }> {
  const live = new LiveSocket(url, { origin: new URL(url.replace("ws", "http")).origin });
  await live.opened();
  if (live.isOpen) live.send({ type: "hello", client: "faults", ...hello });
  const answer = await live.message(({ type }) => type === "welcome");
  return { live, outcome: answer.type === "closed" ? String(answer.code) : answer.type };
}

fault(
  "S2",
  "tickets: missing, made up, used twice, too old, of another server",
  { isQuick: true, timeoutMs: 90_000 },
  async (figures) => {
    const { server } = await start();
    const { server: foreign } = await start();
    const cookie = { cookie: await signIn(server) };
    const old = await ticketFor(server.url, cookie);
    const oldMs = performance.now();

    const ticket = await ticketFor(server.url, cookie);
    const first = await helloWith(server.liveUrl, { ticket });
    figures.is("a ticket, first time", first.outcome, "welcome");
    figures.is("the same ticket again", (await helloWith(server.liveUrl, { ticket })).outcome, "4401");
    figures.is("no ticket", (await helloWith(server.liveUrl, {})).outcome, "4401");
    figures.is(
      "a ticket that was made up",
      (await helloWith(server.liveUrl, { ticket: "wst_made-up" })).outcome,
      "4401",
    );
    figures.is(
      "the access token itself as a ticket",
      (await helloWith(server.liveUrl, { ticket: TOKEN })).outcome,
      "4401",
    );
    const foreignTicket = await ticketFor(foreign.url, BEARER);
    figures.is(
      "a ticket of another server",
      (await helloWith(server.liveUrl, { ticket: foreignTicket })).outcome,
      "4401",
    );
    const race = await ticketFor(server.url, cookie);
    const racers = await Promise.all(Array.from({ length: 10 }, () => helloWith(server.liveUrl, { ticket: race })));
    figures.is(
      "of 10 connections at once with one ticket are welcome",
      racers.filter(({ outcome }) => outcome === "welcome").length,
      1,
    );
    await pause(Math.max(0, OLD_TICKET_MS - (performance.now() - oldMs)));
    if (OLD_TICKET_MS > 0)
      figures.is("a ticket after 31 s", (await helloWith(server.liveUrl, { ticket: old })).outcome, "4401");
    first.live.close();
    for (const { live } of racers) live.close();
  },
);

fault("S3", "a run outside the ticket, and a session that ends", { isQuick: true }, async (figures) => {
  const { studio, server } = await start();
  const runs: string[] = [];
  for (let i = 0; i < 2; i++) {
    const response = await call(server.url, "POST", "/runs", BEARER, { projectId: 1, sampleId: studio.addSample(32) });
    runs.push(((await response.json()) as { runId: string }).runId);
  }
  const [mine = "", other = ""] = runs;
  const cookie = { cookie: await signIn(server) };

  const { live: scoped } = await helloWith(server.liveUrl, {
    ticket: await ticketFor(server.url, cookie, { runs: [mine] }),
  });
  figures.is("sub to a run of the ticket", (await scoped.subscribe(mine, "start")).type, "subok");
  await scoped.subscribe(other, "start");
  figures.is("close code, sub to another run", String(await scoped.closeCode()), "4403");
  const { live: nosy } = await helloWith(server.liveUrl, {
    ticket: await ticketFor(server.url, cookie, { runs: [mine] }),
  });
  await nosy.subscribe("feed", "start");
  figures.is("close code, sub to the feed with a ticket for a run", String(await nosy.closeCode()), "4403");

  const { live: all } = await helloWith(server.liveUrl, { ticket: await ticketFor(server.url, cookie) });
  await all.subscribe("feed", "now");
  const endedMs = performance.now();
  figures.is("status of signing out", (await call(server.url, "DELETE", "/session", cookie)).status, 204);
  figures.is("close code, session ended", String(await all.closeCode(5_000)), "4403");
  figures.atMost("closed after", performance.now() - endedMs, patientMs(1_500), "ms");
  figures.is("status of a request of the ended session", (await call(server.url, "GET", "/runs", cookie)).status, 401);
});

fault(
  "S9",
  "every byte that leaves a server, its log and its load balancer's, searched for secrets",
  { isQuick: true },
  async (figures) => {
    answers.length = 0;
    const { studio, server } = await start();
    const balancer = await startLoadBalancer([server.port]);
    const sampleId = studio.addSample(320);
    const response = await call(balancer.url, "POST", "/runs", BEARER, { projectId: 1, sampleId });
    const { runId } = (await response.json()) as { runId: string };
    const ticket = await ticketFor(balancer.url, BEARER);
    const ticketAnswer = answers.pop() ?? "";
    const { live } = await helloWith(balancer.liveUrl, { ticket });
    await live.subscribe(runId, "start");
    await live.message(({ type }) => type === "end", 10_000);
    for (const route of [
      `/runs/${runId}`,
      "/runs",
      "/projects",
      `/runs/${runId}/windows?format=csv`,
      "/nothing",
      "/projects/999",
    ]) {
      await call(balancer.url, "GET", route, BEARER);
    }
    // Errors are where secrets slip out.
    studio.setDown(true);
    await call(balancer.url, "GET", "/projects", BEARER);
    await call(balancer.url, "POST", "/runs", BEARER, { projectId: 1, sampleId: 10 ** 9 });
    await call(balancer.url, "POST", "/session", {}, { token: `${TOKEN}x` });
    await helloWith(balancer.liveUrl, { ticket: "wst_made-up" });
    await fetch(`${balancer.url}/metrics`, { headers: BEARER }).then(async (answer) =>
      answers.push(await answer.text()),
    );
    const page = await fetch(balancer.url);
    answers.push(await page.text());

    const places: Record<string, string> = {
      "frames of the live socket": Buffer.concat(live.received).toString("latin1"),
      "answers over HTTP": answers.join("\n"),
      "the server's output": server.output,
      "the access log of the load balancer": balancer.accessLog(),
      "the database": ["runs.db", "runs.db-wal"]
        .map((name) => readFileSync(path.join(server.folder, name), "latin1"))
        .join(""),
    };
    const secrets = { "the API key": KEY, "the access token": TOKEN, "a ticket": ticket };
    for (const [place, bytes] of Object.entries(places)) {
      const found = Object.entries(secrets).filter(([, secret]) => bytes.includes(secret));
      figures.is(
        `secrets in ${place} (${Math.ceil(bytes.length / 1024)} KiB)`,
        found.map(([name]) => name).join(", ") || "none",
        "none",
      );
    }
    figures.is("the ticket is told once, to who asked", ticketAnswer.includes(ticket), true);
    live.close();
  },
);
