/** Frames and messages that no honest viewer sends. */
import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { onTestFinished } from "vitest";

import { FakeStudio } from "./fake-studio.ts";
import { fault } from "./figures.ts";
import { LiveSocket, openLive } from "./live-socket.ts";
import { rssMiB } from "./server-figures.ts";
import { startServer, type ServerProcess } from "./server-process.ts";
import { startRun, untilFinished } from "./server-runs.ts";
import { frame, openRaw, OPCODE, textFrame, type RawSocket } from "./raw-socket.ts";
import { patientMs, SEED, sized } from "./run.ts";

async function start(
  env: Readonly<Record<string, string>> = {},
): Promise<{ studio: FakeStudio; server: ServerProcess }> {
  const studio = await FakeStudio.start();
  onTestFinished(() => studio.close());
  return { studio, server: await startServer({ studioUrl: studio.url, env }) };
}

const KIB = 1024;
const long = "x".repeat(16 * KIB + 1);

/** What is sent after the hello, and what the connection may end with. */
const BAD_FRAMES: readonly (readonly [what: string, codes: readonly number[], send: (raw: RawSocket) => void])[] = [
  ["16 KiB + 1", [1009], (raw) => raw.write(textFrame(long))],
  ["a header that claims 2^40 bytes", [1009], (raw) => raw.write(frame(OPCODE.text, "x", { claimedLength: 2 ** 40 }))],
  [
    "65 fragments",
    [1008, 1009],
    (raw) => {
      raw.write(frame(OPCODE.text, "{", { isLast: false }));
      for (let i = 0; i < 64; i++) raw.write(frame(OPCODE.continuation, " ", { isLast: i === 63 }));
    },
  ],
  [
    "a message that never ends",
    [1008, 1009, 1006],
    (raw) => {
      raw.write(frame(OPCODE.text, "{", { isLast: false }));
      for (let i = 0; i < 2_000; i++) raw.write(frame(OPCODE.continuation, " ".repeat(100), { isLast: false }));
    },
  ],
  ["an unmasked frame", [1002], (raw) => raw.write(frame(OPCODE.text, "{}", { isMasked: false }))],
  ["bad UTF-8", [1007], (raw) => raw.write(frame(OPCODE.text, Uint8Array.of(0xc3, 0x28)))],
  ["a reserved bit", [1002], (raw) => raw.write(frame(OPCODE.text, "{}", { reserved: 4 }))],
  ["a reserved opcode", [1002], (raw) => raw.write(frame(3, "{}"))],
  ["a fragmented ping", [1002], (raw) => raw.write(frame(OPCODE.ping, "x", { isLast: false }))],
  ["a ping of 126 bytes", [1002], (raw) => raw.write(frame(OPCODE.ping, "x".repeat(126)))],
  ["a close frame of one byte", [1002], (raw) => raw.write(frame(OPCODE.close, "x"))],
  ["a binary frame", [4400], (raw) => raw.write(frame(OPCODE.binary, "x"))],
];

fault("S4", "frames that break RFC 6455 or our limits, beside a neighbour", { isQuick: true }, async (figures) => {
  const { server } = await start();
  const neighbour = await openLive(server.liveUrl);
  await (await openLive(server.liveUrl)).subscribe("feed", "start");
  const before = rssMiB(server.pid);
  for (const [what, codes, send] of BAD_FRAMES) {
    const raw = await openRaw(server.port);
    send(raw);
    const code = await raw.closeCode();
    figures.is(
      `${what}: closed with ${codes.join(" or ")}`,
      code !== undefined && codes.includes(code) ? "yes" : String(code),
      "yes",
    );
    raw.socket.destroy();
  }

  const bytewise = await openRaw(server.port, { saysHello: false });
  for (const byte of textFrame(JSON.stringify({ type: "hello", client: "byte by byte" }))) {
    bytewise.write(Buffer.of(byte));
    await pause(1);
  }
  await bytewise.until(() => bytewise.text.includes("welcome"), 5_000);
  figures.is("a hello in 1-byte chunks is welcome", bytewise.text.includes("welcome"), true);
  bytewise.socket.destroy();

  // Whoever pings and never reads the pongs.
  const flood = await openRaw(server.port);
  flood.socket.pause();
  for (let i = 0; i < 50_000 && !flood.socket.destroyed; i++) {
    if (!flood.socket.write(frame(OPCODE.ping, "x".repeat(125)))) await pause(1);
    if (i % 10_000 === 0) await pause(10);
  }
  figures.is("process alive after 50,000 pings, /healthz", (await fetch(`${server.url}/healthz`)).status, 200);
  flood.socket.destroy();

  figures.atMost("memory more than before", rssMiB(server.pid) - before, 20, "MiB");
  const sentMs = performance.now();
  neighbour.send({ type: "ping", t: 7 });
  const answer = await neighbour.message(({ type, t }) => type === "hb" && t === 7);
  figures.is("the neighbour is still served", answer.type, "hb");
  figures.atMost("and answered within", performance.now() - sentMs, patientMs(500), "ms");
  neighbour.close();
});

fault("S8", "control messages that are malformed, deep, poisoned or random", { isQuick: true }, async (figures) => {
  const { studio, server } = await start();
  const runId = await startRun(server.url, studio.addSample(32));
  await untilFinished(server.url, runId, 10_000);
  const bad: Record<string, string> = {
    "nested 8,000 deep": `{"type":"sub","id":1,"log":${"[".repeat(8_000)}${"]".repeat(8_000)},"from":"start"}`,
    "an endless number": '{"type":"ack","id":1e308,"seq":1}',
    "a negative number": '{"type":"ack","id":1,"seq":-1}',
    "a text as number": '{"type":"ack","id":"1","seq":1}',
    "an array": "[]",
    null: "null",
    "no JSON": "hello",
    nothing: "",
    "an unknown type": '{"type":"open"}',
    "no type": "{}",
    "duplicate keys, the last one wrong": '{"type":"ack","id":1,"id":-1,"seq":1}',
    "a log name of 10,000 letters": JSON.stringify({ type: "sub", id: 1, log: "x".repeat(10_000), from: "start" }),
  };
  for (const [what, text] of Object.entries(bad)) {
    const live = await openLive(server.liveUrl);
    live.send(text);
    figures.is(`close code, ${what}`, String(await live.closeCode()), "4400");
  }

  const poisoned = await openLive(server.liveUrl);
  poisoned.send(
    '{"type":"sub","id":1,"log":"feed","from":"now","__proto__":{"isWelcome":true,"type":"x"},"constructor":{}}',
  );
  figures.is("__proto__ as one more member is ignored", (await poisoned.message(({ id }) => id === 1)).type, "subok");
  poisoned.close();
  for (const name of ["__proto__", "constructor", "toString"]) {
    const live = await openLive(server.liveUrl);
    figures.is(`sub to the log ${name}`, (await live.subscribe(name, "start")).code as string, "no_such_log");
    live.close();
  }

  let open = await openLive(server.liveUrl);
  let sent = 0;
  let wrong = 0;
  let unanswered = 0;
  const anyMessage = fc.oneof(
    fc.json({ maxDepth: 6 }),
    fc.string({ maxLength: 300 }),
    fc
      .record({
        type: fc.constantFrom("sub", "ack", "unsub", "hello", "auth", "ping"),
        id: fc.jsonValue(),
        seq: fc.jsonValue(),
        log: fc.jsonValue(),
        from: fc.jsonValue(),
      })
      .map((value) => JSON.stringify(value)),
  );
  await fc.assert(
    fc.asyncProperty(anyMessage, async (text) => {
      // Few enough on one connection that their number alone is no offence.
      if (open.isClosed || ++sent % 15 === 0) {
        open.close();
        open = await openLive(server.liveUrl);
      }
      open.send(text);
      open.send({ type: "ping", t: 1_000_000 + sent });
      const answer = await open.message(({ type, t }) => type === "hb" && t === 1_000_000 + sent);
      if (answer.type === "nothing") unanswered++;
      if (answer.type === "closed" && ![4400, 4409].includes(answer.code as number)) wrong++;
    }),
    { numRuns: sized(1_000, 150), seed: SEED, endOnFailure: true },
  );
  figures.is("random messages that got neither served nor refused", unanswered, 0);
  figures.is("random messages refused with another code than 4400 or 4409", wrong, 0);
  figures.is("process alive, /healthz", (await fetch(`${server.url}/healthz`)).status, 200);
  open.close();
});

fault("S2", "no hello, two of them, none in time", { isQuick: true }, async (figures) => {
  const { server } = await start();
  const silent = new LiveSocket(server.liveUrl);
  await silent.opened();
  const openedMs = performance.now();

  const twice = await openLive(server.liveUrl);
  twice.send({ type: "hello", client: "again" });
  figures.is("close code, hello twice", String(await twice.closeCode()), "4400");
  const rude = new LiveSocket(server.liveUrl);
  await rude.opened();
  rude.send({ type: "sub", id: 1, log: "feed", from: "start" });
  figures.is("close code, sub before hello", String(await rude.closeCode()), "4400");
  const foreign = new LiveSocket(server.liveUrl, {}, ["graphql-transport-ws"]);
  figures.is("close code, another subprotocol", [4415, 1006, 1002].includes((await foreign.closeCode()) ?? 0), true);

  figures.is("close code, no hello", String(await silent.closeCode(8_000)), "4108");
  figures.atMost("closed after", performance.now() - openedMs, patientMs(6_500), "ms");
});
