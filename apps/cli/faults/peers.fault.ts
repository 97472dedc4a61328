/** Viewers that are none of ours, old ones and new ones, and every way to read a run. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";

import { connectLive, decodeEntries, SUBPROTOCOL, toJsonEntry, type Entry } from "@windowscope/protocol";
import { onTestFinished } from "vitest";
import { WebSocketServer } from "ws";

import { openBrowser } from "../src/harness.ts";
import { FakeStudio } from "./fake-studio.ts";
import { fault, type Figures } from "./figures.ts";
import { GOLDEN } from "./golden.ts";
import { LiveSocket, openLive } from "./live-socket.ts";
import { startServer, type ServerProcess } from "./server-process.ts";
import { startRun, untilFinished } from "./server-runs.ts";

const WINDOWS = 16_000;

async function startWithRun(windows = WINDOWS): Promise<{ server: ServerProcess; runId: string }> {
  const studio = await FakeStudio.start();
  onTestFinished(() => studio.close());
  const server = await startServer({ studioUrl: studio.url });
  const runId = await startRun(server.url, studio.addSample(windows));
  await untilFinished(server.url, runId, 20_000);
  return { server, runId };
}

interface PeerReport {
  readonly entries: number;
  readonly windows: number;
  readonly gaps: number;
  readonly misplaced: number;
  readonly digest: string;
  readonly closeCode: number;
}

fault("V1", "python3-autobahn and Chromium read a run by SPEC.md alone", { isQuick: true }, async (figures) => {
  const { server, runId } = await startWithRun();
  const ours = await openLive(server.liveUrl);
  await readToEnd(ours, runId);
  const digest = createHash("sha256").update(Buffer.concat(ours.frames)).digest("hex");
  ours.close();

  const program = path.join(import.meta.dirname, "autobahn-peer.py");
  const { stdout } = await promisify(execFile)("/usr/bin/python3", [program, server.liveUrl, runId]);
  checkPeer(figures, "autobahn", JSON.parse(stdout) as PeerReport, digest);

  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(server.url);
  checkPeer(figures, "Chromium", (await page.evaluate(readInPage, runId)) as PeerReport, digest);
});

function checkPeer(figures: Figures, who: string, report: PeerReport, digest: string): void {
  figures.is(`${who}: windows`, report.windows, WINDOWS);
  figures.is(`${who}: entries lost or broken, windows misplaced`, report.gaps + report.misplaced, 0);
  figures.is(`${who}: the same bytes as every other viewer`, report.digest === digest, true);
  figures.is(`${who}: close code`, report.closeCode, 1000);
}

/** Runs in the page: a native WebSocket, and a reader of entries by SPEC.md. */
async function readInPage(log: string): Promise<object> {
  const socket = new globalThis.WebSocket(`ws://${location.host}/live`, "windowscope.v1");
  socket.binaryType = "arraybuffer";
  const seen = { entries: 0, windows: 0, gaps: 0, misplaced: 0, closeCode: 0 };
  const parts: ArrayBuffer[] = [];
  let number = -1;
  socket.onopen = () => socket.send(JSON.stringify({ type: "hello", client: "page" }));
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (typeof data === "string") {
      const message = JSON.parse(data) as { type: string; number: number };
      if (message.type === "welcome") socket.send(JSON.stringify({ type: "sub", id: 1, log, from: "start" }));
      if (message.type === "subok") number = message.number;
      if (message.type === "end") socket.close(1000);
      return;
    }
    parts.push(data);
    const view = new DataView(data);
    for (let at = 0; at < data.byteLength; at += view.getUint32(at + 4, true)) {
      if (view.getUint32(at + 8, true) !== number || view.getUint32(at + 12, true) !== seen.entries) seen.gaps++;
      seen.entries++;
      if (view.getUint8(at) !== 1) continue;
      const [first, count] = [view.getUint32(at + 16, true), view.getUint32(at + 20, true)];
      if (first !== seen.windows) seen.misplaced += count;
      seen.windows += count;
    }
    socket.send(JSON.stringify({ type: "ack", id: 1, seq: seen.entries }));
  };
  await new Promise<void>((resolve) => {
    socket.onclose = ({ code }) => {
      seen.closeCode = code;
      resolve();
    };
  });
  const hash = await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer());
  return { ...seen, digest: [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("") };
}

fault(
  "V1",
  "golden bytes, an old client with this server, this client with an old server",
  { isQuick: true },
  async (figures) => {
    for (const { what, hex, entry } of GOLDEN) {
      const [decoded] = decodeEntries(new Uint8Array(Buffer.from(hex, "hex")));
      figures.is(
        `${what} decodes to what it has to`,
        JSON.stringify(decoded && plain(decoded)) === JSON.stringify(entry),
        true,
      );
    }

    const { server, runId } = await startWithRun(320);
    // What the first version said: nothing but these members.
    const old = new LiveSocket(server.liveUrl);
    await old.opened();
    old.send('{"type":"hello","client":"0.1.0"}');
    await old.message(({ type }) => type === "welcome");
    await readToEnd(old, runId);
    const windows = entriesOf(old.frames).reduce((sum, entry) => sum + (entry.kind === "windows" ? entry.count : 0), 0);
    figures.is("windows at a client of the first version", windows, 320);
    old.close();

    const later = await openLive(server.liveUrl, {}, { caps: ["from-the-future"], v: 2, more: { deep: [1] } });
    figures.is("a client that asks for more than there is", (await later.subscribe(runId, "start")).type, "subok");
    later.close();
    const other = new LiveSocket(server.liveUrl, {}, "windowscope.v2");
    const refusal = String(await other.closeCode());
    figures.is(
      "a client of another major version is refused (4415, or no handshake)",
      ["4415", "1006"].includes(refusal),
      true,
    );

    figures.is(
      "entries that this client takes from a server of another minor version",
      await readFromOldServer(),
      GOLDEN.length,
    );
  },
);

/** A server with messages and kinds of entries that this client does not know. @returns Entries that came through. */
async function readFromOldServer(): Promise<number> {
  const listener = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => SUBPROTOCOL });
  onTestFinished(() => new Promise<void>((resolve) => listener.close(() => resolve())));
  listener.on("connection", (socket) => {
    socket.on("message", (data: Buffer) => {
      const { type, id, log } = JSON.parse(data.toString("utf8")) as { type: string; id: number; log: string };
      const tell = (message: object) => socket.send(JSON.stringify(message));
      if (type === "hello") {
        tell({ type: "from-the-future", what: 1 });
        tell({ type: "welcome", server: "old", heartbeatMs: 25_000, unknown: true });
      }
      if (type !== "sub") return;
      const place = { id, log, number: 7, epoch: "e", first: 0, next: GOLDEN.length + 1 };
      tell({ type: "subok", ...place, from: 0 });
      for (const { hex } of GOLDEN) socket.send(Buffer.from(hex, "hex"));
      const unknown = Buffer.from(GOLDEN[0]?.hex ?? "", "hex");
      unknown[0] = 99;
      unknown.writeUInt32LE(GOLDEN.length, 12);
      socket.send(unknown);
      tell({ type: "live", id, next: place.next });
      tell({ type: "end", id, next: place.next });
    });
  });
  await new Promise((resolve) => listener.once("listening", resolve));
  const stop = new AbortController();
  const { port } = listener.address() as { port: number };
  const connection = connectLive(`ws://127.0.0.1:${port}/live`, { client: "faults", signal: stop.signal });
  let known = 0;
  for await (const event of connection.subscribe("run-golden", "start")) {
    if (event.type === "entries") known += event.entries.filter(({ kind }) => kind !== "unknown").length;
  }
  stop.abort();
  return known;
}

fault(
  "V2",
  "one run read as binary and JSON over WebSocket, as server-sent events, and in pieces over REST",
  { isQuick: true },
  async (figures) => {
    const { server, runId } = await startWithRun(3_200);
    const binary = await openLive(server.liveUrl);
    await readToEnd(binary, runId);
    const wanted = JSON.stringify(entriesOf(binary.frames).map(twin));
    binary.close();

    const json = await openLive(server.liveUrl, {}, { caps: ["json"] });
    await readToEnd(json, runId);
    const twins = json.messages.flatMap(({ type, entries }) => (type === "entries" ? (entries as object[]) : []));
    figures.is("JSON over WebSocket is the same", JSON.stringify(twins) === wanted, true);
    figures.is("and has no binary frame", json.frames.length, 0);
    json.close();

    const events = await (await fetch(`${server.url}/api/v1/runs/${runId}/events`)).text();
    const told = [...events.matchAll(/^event: entries\ndata: (.*)$/gm)].map(
      ([, data = ""]) => JSON.parse(data) as { entries: object[] },
    );
    figures.is(
      "server-sent events are the same",
      JSON.stringify(told.flatMap(({ entries }) => entries)) === wanted,
      true,
    );

    const pieces: Buffer[] = [];
    for (let from = 0, isAtEnd = false; !isAtEnd;) {
      const response = await fetch(`${server.url}/api/v1/runs/${runId}/log?from=${from}&limit=20000`);
      if (!response.ok) break;
      pieces.push(Buffer.from(await response.arrayBuffer()));
      from = Number(response.headers.get("windowscope-next"));
      isAtEnd = response.headers.get("windowscope-end") === "true";
    }
    figures.is(
      "bytes over REST are those of the WebSocket",
      Buffer.concat(pieces).equals(Buffer.concat(binary.frames)),
      true,
    );
  },
);

fault("S10", "versions of what is installed", { isQuick: true }, async (figures) => {
  const floors = { ws: "8.23.0", "@hono/node-server": "2.0.10" };
  for (const [name, floor] of Object.entries(floors)) {
    const version = installedVersion(name);
    figures.is(`${name} ${version} is at least ${floor}`, compareVersions(version, floor) >= 0, true);
  }
  const lock = readFileSync(path.resolve(import.meta.dirname, "../../../pnpm-lock.yaml"), "utf8");
  figures.is(
    "better-sqlite3 13, which crashes on Node 20, is not installed",
    lock.includes("better-sqlite3@13"),
    false,
  );
  figures.is("@hono/node-ws, which is deprecated, is not installed", lock.includes("@hono/node-ws@"), false);
});

function installedVersion(name: string): string {
  const requireFrom = createRequire(path.resolve(import.meta.dirname, "../../server/package.json"));
  const entry = requireFrom.resolve(name);
  const folder = entry.slice(0, entry.lastIndexOf(`${path.sep}node_modules${path.sep}${name}`));
  const file = path.join(folder, "node_modules", name, "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  return left?.map((part, i) => part - (right?.[i] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

async function readToEnd(live: LiveSocket, runId: string): Promise<void> {
  let next = 0;
  // It has less to say than may be under way unacknowledged, or waits for these.
  live.socket.on("message", () => live.send({ type: "ack", id: 1, seq: (next = entriesOf(live.frames).length) }));
  await live.subscribe(runId, "start");
  const answer = await live.message(({ type }) => type === "end", 20_000);
  if (answer.type !== "end")
    throw new Error(`No end of ${runId} after ${next} entries, but ${JSON.stringify(answer)}.`);
}

function entriesOf(frames: readonly Buffer[]): Entry[] {
  return frames.flatMap((data) => decodeEntries(new Uint8Array(data)));
}

function twin(entry: Entry): object {
  return entry.kind === "unknown" ? entry : toJsonEntry(entry);
}

/** An entry with lists instead of typed arrays. */
function plain(entry: Entry): object {
  const members = Object.entries(entry).map(([name, value]: [string, unknown]) => {
    return [name, ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value];
  });
  return Object.fromEntries(members) as object;
}
