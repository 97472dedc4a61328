/** On a real server: what is tested is what becomes of sockets. */
import { once } from "node:events";
import type { Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

import { createAdaptorServer, upgradeWebSocket, type HttpBindings } from "@hono/node-server";
import { createMemoryRunLog } from "@windowscope/runlog";
import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket, type WebSocketServer } from "ws";

import { SILENT_LOG } from "../log.ts";
import { createClientReader } from "../proxy.ts";
import { admitViewers } from "./admission.ts";
import { LiveHub } from "./hub.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { createLiveSocketServer, guardUpgrades } from "./upgrade.ts";

const limits = { ...DEFAULT_LIMITS, handshakeMs: 300, connections: 3 };

let server: Server;
let sockets: WebSocketServer;
let hub: LiveHub;
let port: number;

beforeEach(async () => {
  hub = new LiveHub({ runLog: createMemoryRunLog(), log: SILENT_LOG, limits });
  sockets = createLiveSocketServer(limits);
  const app = new Hono();
  app.get("/slow", () => new Promise<Response>(() => undefined));
  app.get(
    "/live",
    admitViewers(hub.admission, createClientReader([])),
    upgradeWebSocket((c) => {
      const { socket } = (c.env as HttpBindings).incoming;
      return { onOpen: (_event, { raw }) => hub.accept(raw as WebSocket, socket) };
    }),
  );
  server = createAdaptorServer({ fetch: app.fetch, websocket: { server: sockets } }) as Server;
  guardUpgrades(server, sockets, limits);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
});

afterEach(async () => {
  for (const socket of sockets.clients) socket.terminate();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Asks for an upgrade and then keeps its side open, whatever it is told. */
async function askFor(path: string, upgrade = "websocket", protocol = "windowscope.v1"): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: ${upgrade}\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
  );
  return socket;
}

async function firstLine(socket: Socket): Promise<string> {
  const [data] = (await once(socket, "data")) as [Buffer];
  return String(data).split("\r\n")[0] as string;
}

async function untilNoneIsLeft(): Promise<void> {
  await expect.poll(() => new Promise((resolve) => server.getConnections((_error, n) => resolve(n)))).toBe(0);
}

describe("guardUpgrades", () => {
  it.each(["h2c", "foo"])("answers an upgrade to %s, and keeps no socket of who stays", async (upgrade) => {
    const socket = await askFor("/live", upgrade);

    expect(await firstLine(socket)).toBe("HTTP/1.1 400 Bad Request");
    await untilNoneIsLeft();
    socket.destroy();
  });

  it("answers a refused upgrade, and keeps no socket of who stays", async () => {
    const socket = await askFor("/nothing");

    expect(await firstLine(socket)).toBe("HTTP/1.1 404 Not Found");
    await untilNoneIsLeft();
    socket.destroy();
  });

  it("answers a refused upgrade also when there is another listener, which may take what it wants", async () => {
    server.on("upgrade", (request, socket) => {
      if (request.url === "/other") socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
    });
    const [refused, taken] = [await askFor("/nothing"), await askFor("/other")];

    expect(await firstLine(taken)).toBe("HTTP/1.1 101 Switching Protocols");
    expect(await firstLine(refused)).toBe("HTTP/1.1 400 Bad Request");
    expect(taken.destroyed).toBe(false);
    for (const socket of [refused, taken]) socket.destroy();
    await untilNoneIsLeft();
  });

  it("cuts a handshake off that takes too long", async () => {
    const socket = await askFor("/slow");
    await once(socket, "end");

    await untilNoneIsLeft();
    socket.destroy();
  });

  it("leaves a finished handshake alone for as long as it lasts", async () => {
    const viewer = new WebSocket(`ws://127.0.0.1:${port}/live`, "windowscope.v1");
    await once(viewer, "open");
    await new Promise((resolve) => setTimeout(resolve, limits.handshakeMs * 2));
    viewer.send('{"type":"hello","client":"test"}');
    const [data] = (await once(viewer, "message")) as [Buffer];

    expect(String(data)).toContain('"welcome"');
    viewer.close();
    await once(viewer, "close");
    await untilNoneIsLeft();
    expect([sockets.clients.size, hub.admission.connections]).toEqual([0, 0]);
  });

  it("lives through handshakes that are reset, and counts none of them for ever", async () => {
    for (let i = 0; i < 100; i++) {
      const socket = await askFor("/live");
      socket.resetAndDestroy();
    }

    await untilNoneIsLeft();
    await expect.poll(() => hub.admission.connections).toBe(0);
    expect(sockets.clients.size).toBe(0);
  });
});

describe("the live socket", () => {
  it("[P1] closes with 4415 who does not offer the protocol, and repeats no other one", async () => {
    const viewer = new WebSocket(`ws://127.0.0.1:${port}/live`);
    const [code] = (await once(viewer, "close")) as [number];
    expect(code).toBe(4415);

    const socket = await askFor("/live", "websocket", "bearer.SECRET, windowscope.SECRET");
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(String(answer)).not.toContain("SECRET");
    socket.destroy();
  });

  it("[P1] accepts another version of the protocol, and closes it with 4415, so that a browser hears why", async () => {
    const viewer = new WebSocket(`ws://127.0.0.1:${port}/live`, ["other", "windowscope.v7", "windowscope.v8"]);
    const [code] = (await once(viewer, "close")) as [number];

    expect([viewer.protocol, code]).toEqual(["windowscope.v7", 4415]);
  });

  it("[P1] takes its own version wherever it stands among those offered", async () => {
    const viewer = new WebSocket(`ws://127.0.0.1:${port}/live`, ["windowscope.v7", "windowscope.v1"]);
    await once(viewer, "open");

    expect(viewer.protocol).toBe("windowscope.v1");
  });

  it("answers 503 and when to come back before the upgrade, and lets in who comes when there is room", async () => {
    const viewers = Array.from({ length: 3 }, () => new WebSocket(`ws://127.0.0.1:${port}/live`, "windowscope.v1"));
    await Promise.all(viewers.map((viewer) => once(viewer, "open")));
    const refused = await askFor("/live");
    const [answer] = (await once(refused, "data")) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1.1 503 [^]*retry-after: 5/i);
    refused.destroy();
    viewers[0]?.terminate();
    await expect.poll(() => hub.admission.connections).toBe(2);
    const next = new WebSocket(`ws://127.0.0.1:${port}/live`, "windowscope.v1");

    await once(next, "open");
  });

  it("[P5] closes with 1009 on a longer message", async () => {
    const viewer = new WebSocket(`ws://127.0.0.1:${port}/live`, "windowscope.v1");
    await once(viewer, "open");
    viewer.send(" ".repeat(16 * 1024 + 1));
    const [code] = (await once(viewer, "close")) as [number];

    expect(code).toBe(1009);
  });
});
