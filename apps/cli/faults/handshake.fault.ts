/** Handshakes of strangers, of broken programs and of too many. */
import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";

import { FakeStudio } from "./fake-studio.ts";
import { fault } from "./figures.ts";
import { LiveSocket, openLive } from "./live-socket.ts";
import { heapMiB, openFiles, rssMiB } from "./server-figures.ts";
import { startServer, type ServerProcess } from "./server-process.ts";
import { handshake, openRaw, RawSocket } from "./raw-socket.ts";
import { patientMs, sized } from "./run.ts";

async function start(env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const studio = await FakeStudio.start();
  onTestFinished(() => studio.close());
  return startServer({ studioUrl: studio.url, env });
}

async function answerTo(port: number, headers: Readonly<Record<string, string | undefined>>): Promise<number> {
  const raw = new RawSocket(port);
  raw.write(handshake(port, headers));
  const status = await raw.status();
  raw.socket.destroy();
  return status;
}

fault("S1", "handshakes with a foreign Origin or Host", { isQuick: true }, async (figures) => {
  const server = await start();
  const { port } = server;
  const refused: Record<string, Record<string, string | undefined>> = {
    "Origin of another site": { Origin: "https://evil.example" },
    "Origin null": { Origin: "null" },
    "Origin https of an http server": { Origin: `https://127.0.0.1:${port}` },
    "Origin with another port": { Origin: "http://127.0.0.1:1" },
    "Host of another name (DNS rebinding)": { Host: `evil.example:${port}`, Origin: `http://evil.example:${port}` },
    "Host that only begins like ours": { Host: `127.0.0.1.evil.example:${port}` },
  };
  for (const [what, headers] of Object.entries(refused))
    figures.is(`status, ${what}`, await answerTo(port, headers), 403);
  figures.is("status, no Host", [400, 403].includes(await answerTo(port, { Host: "" })), true);
  figures.is("status, its own Origin", await answerTo(port, { Origin: `http://127.0.0.1:${port}` }), 101);
  figures.is("status, no Origin and no page, on loopback", await answerTo(port, {}), 101);
});

fault(
  "S5",
  "upgrades to other things, and refused ones whose client keeps its side open",
  { isQuick: true },
  async (figures) => {
    const server = await start();
    const { port } = server;
    const before = openFiles(server.pid).sockets;
    const odd: Record<string, Record<string, string | undefined>> = {
      "Upgrade: h2c": { Upgrade: "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__" },
      "Upgrade: foo": { Upgrade: "foo" },
      "refused for its Origin": { Origin: "https://evil.example" },
      "without a key": { "Sec-WebSocket-Key": undefined },
      "an unknown version": { "Sec-WebSocket-Version": "12" },
    };
    const sockets: RawSocket[] = [];
    let slowestMs = 0;
    for (const [what, headers] of Object.entries(odd)) {
      const raw = new RawSocket(port);
      sockets.push(raw);
      const sentMs = performance.now();
      raw.write(handshake(port, headers));
      const status = await raw.status();
      slowestMs = Math.max(slowestMs, performance.now() - sentMs);
      figures.is(`answered with a refusal, ${what}`, status >= 400 && status < 500, true);
    }
    figures.atMost("slowest answer", slowestMs, patientMs(1_000), "ms");
    const untilMs = performance.now() + 11_000;
    while (openFiles(server.pid).sockets > before && performance.now() < untilMs) await pause(100);
    figures.is("sockets left after 11 s, clients' sides still open", openFiles(server.pid).sockets - before, 0);
    for (const raw of sockets) raw.socket.destroy();
  },
);

const RESETS = sized(1_000, 100);
const ABORTED = sized(10_000, 500);

fault(
  "S6",
  `${RESETS} resets while the upgrade is under way, ${ABORTED} handshakes broken off`,
  { isQuick: true, timeoutMs: 120_000 },
  async (figures) => {
    const server = await start();
    const { port } = server;
    const neighbour = await openLive(server.liveUrl);
    const send = async (bytes: string, waitMs: number) => {
      const raw = new RawSocket(port);
      await new Promise<void>((resolve) => raw.socket.once("connect", () => raw.socket.write(bytes, () => resolve())));
      if (waitMs > 0) await pause(waitMs);
      raw.socket.resetAndDestroy();
    };
    const whole = handshake(port);
    const repeat = async (times: number, act: (i: number) => Promise<void>) => {
      for (let i = 0; i < times; i += 50) await Promise.all(Array.from({ length: 50 }, (_, j) => act(i + j)));
    };

    // Warm, so that what the code itself takes does not count.
    await repeat(200, (i) => send(whole, i % 3));
    await pause(500);
    const before = { heap: await heapMiB(server), rss: rssMiB(server.pid), files: openFiles(server.pid).files };
    await repeat(RESETS, (i) => send(whole, i % 3));
    await repeat(ABORTED, (i) => send(whole.slice(0, 20 + (i % (whole.length - 20))), 0));
    await pause(1_000);
    const after = { heap: await heapMiB(server), rss: rssMiB(server.pid), files: openFiles(server.pid).files };

    figures.is("process alive, /healthz", (await fetch(`${server.url}/healthz`)).status, 200);
    figures.atMost("open files more than before", after.files - before.files, 2);
    figures.atMost("heap more than before, collected", after.heap - before.heap, 2, "MiB");
    figures.note("RSS more than before, collected", after.rss - before.rss, "MiB");
    neighbour.send({ type: "ping", t: 1 });
    figures.is(
      "a neighbour is still served",
      (await neighbour.message(({ type, t }) => type === "hb" && t === 1)).type,
      "hb",
    );
    neighbour.close();
  },
);

fault(
  "S7",
  "handshakes that never end, too many connections, too many messages",
  { timeoutMs: 60_000 },
  async (figures) => {
    // Ours is the proxy that says who asks.
    const server = await start({ WINDOWSCOPE_TRUSTED_PROXIES: "127.0.0.1" });
    const { port } = server;
    const slow = Array.from({ length: 20 }, () => {
      const raw = new RawSocket(port);
      raw.write("GET /live HTTP/1.1\r\nHost: 127.0.0.1");
      return raw;
    });
    const startedMs = performance.now();

    const many: RawSocket[] = [];
    for (let i = 0; i < 64; i++) many.push(await openFrom(port, "203.0.113.9"));
    const oneMore = new RawSocket(port);
    oneMore.write(handshake(port, { "X-Forwarded-For": "203.0.113.9" }));
    figures.is("status of the 65th connection from one address, behind a proxy", await oneMore.status(), 503);
    figures.is("it says when to try again", /retry-after: \d/i.test(oneMore.text), true);
    figures.is(
      "status for another address meanwhile",
      await answerTo(port, { "X-Forwarded-For": "203.0.113.10" }),
      101,
    );
    for (const raw of many) raw.socket.destroy();

    const talker = await openLive(server.liveUrl);
    for (let i = 0; i < 41; i++) talker.send({ type: "ping", t: i });
    figures.is("close code for 41 messages at once", String(await talker.closeCode()), "4129");

    const gone = await Promise.all(
      slow.map((raw) => raw.isGone(Math.max(0, 12_000 - (performance.now() - startedMs)))),
    );
    figures.is("unfinished handshakes left after 12 s, of 20", gone.filter((isGone) => !isGone).length, 0);
    for (const raw of slow) raw.socket.destroy();
  },
);

async function openFrom(port: number, address: string): Promise<RawSocket> {
  const raw = new RawSocket(port);
  raw.write(handshake(port, { "X-Forwarded-For": address }));
  await raw.status();
  return raw;
}

fault("S7", "the 2,001st connection of a process", { timeoutMs: 60_000 }, async (figures) => {
  const server = await start();
  const sockets: RawSocket[] = [];
  onTestFinished(() => sockets.forEach(({ socket }) => socket.destroy()));
  for (let i = 0; i < 2_000; i += 50) {
    sockets.push(...(await Promise.all(Array.from({ length: 50 }, () => openRaw(server.port)))));
  }
  figures.is("connections open", sockets.length, 2_000);
  const oneMore = new RawSocket(server.port);
  oneMore.write(handshake(server.port));
  figures.is("status of the 2,001st", await oneMore.status(), 503);
  figures.is("process still answers, /healthz", (await fetch(`${server.url}/healthz`)).status, 200);
  sockets.pop()?.socket.destroy();
  await pause(200);
  const instead = new LiveSocket(server.liveUrl);
  figures.is("one more may come when one has left", await instead.opened(), true);
  instead.close();
});
