/** On a real connection, whose other end is the client of `ws` or, where each byte counts, no WebSocket at all. */
import { once } from "node:events";
import { connect, type AddressInfo, type Socket } from "node:net";

import { SUBPROTOCOL } from "@windowscope/protocol";
import { createMemoryRunLog } from "@windowscope/runlog";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";

import { SILENT_LOG } from "../log.ts";
import { FramedSocket } from "./framed-socket.ts";
import { LiveHub } from "./hub.ts";
import { encodeMessage } from "./message.ts";

/** 1000, masked with zeros. */
const CLOSE_FRAME_OF_CLIENT = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]);

let server: WebSocketServer;
let port: number;
let accepted: Promise<{ socket: WebSocket; wire: Socket }>;

beforeEach(async () => {
  server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: true });
  accepted = new Promise((resolve) => {
    server.once("connection", (socket, request) => resolve({ socket, wire: request.socket }));
  });
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});

afterEach(async () => {
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

async function accept(): Promise<FramedSocket> {
  const { socket, wire } = await accepted;
  return new FramedSocket(socket, wire);
}

/** Opens a WebSocket by hand. */
async function connectByHand(): Promise<Socket> {
  const wire = connect(port, "127.0.0.1");
  wire.write(
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
  );
  await once(wire, "data");
  return wire;
}

describe("LiveHub.accept", () => {
  it("keeps nothing of a connection that has closed before it is handed over", async () => {
    const hub = new LiveHub({ runLog: createMemoryRunLog(), log: SILENT_LOG });
    const client = new WebSocket(`ws://127.0.0.1:${port}`, SUBPROTOCOL, { perMessageDeflate: false });
    const { socket, wire } = await accepted;
    await once(client, "open");
    const closed = once(socket, "close");
    client.terminate();
    await closed;

    hub.accept(socket, wire);
    await hub.drain();

    expect(socket.listenerCount("message")).toBe(0);
  });
});

describe("FramedSocket", () => {
  it("keeps the order of what is encoded already, texts and pings, whatever their length", async () => {
    const client = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
    const got: string[] = [];
    client.on("message", (data: Buffer, isBinary) => got.push(`${isBinary ? "binary" : "text"} ${data.length}`));
    client.on("ping", () => got.push("ping"));
    const socket = await accept();
    const wanted: string[] = [];
    for (const length of [0, 1, 125, 126, 1_700, 65_535, 65_536, 1_000_000]) {
      socket.sendMessage(encodeMessage("binary", [Buffer.alloc(length)]));
      socket.send("x".repeat(length));
      socket.sendMessage(encodeMessage("text", [Buffer.alloc(length, "x")]));
      socket.ping();
      wanted.push(`binary ${length}`, `text ${length}`, `text ${length}`, "ping");
    }
    socket.close(1000, "done");
    const [code] = (await once(client, "close")) as [number];

    expect(got).toEqual(wanted);
    expect(code).toBe(1000);
  });

  it("counts what waits for the wire, and tells when the wire has taken it", async () => {
    const wire = await connectByHand();
    wire.pause();
    const socket = await accept();
    const onSent = vi.fn();
    // More than the kernel takes for a peer that does not read.
    const message = encodeMessage("binary", [Buffer.alloc(16 * 1024 * 1024)]);
    socket.sendMessage(message, onSent);
    expect(socket.bufferedAmount).toBe(message.bytes.length);
    socket.send("x");
    expect(socket.bufferedAmount).toBeGreaterThan(message.bytes.length);
    wire.resume();
    await expect.poll(() => onSent).toHaveBeenCalledOnce();
    await expect.poll(() => socket.bufferedAmount).toBe(0);
    wire.destroy();
  });

  it.each(["the server", "the client"])("sends nothing behind the close frame when %s closes", async (who) => {
    const wire = await connectByHand();
    const ended = once(wire, "end");
    const chunks: Buffer[] = [];
    wire.on("data", (chunk: Buffer) => chunks.push(chunk));
    const socket = await accept();
    const { socket: inner } = await accepted;
    const closed = once(inner, "close");
    const clientCloses = () => wire.write(CLOSE_FRAME_OF_CLIENT);
    socket.sendMessage(encodeMessage("text", [Buffer.from("last")]));
    if (who === "the server") socket.close(1000, "");
    else clientCloses();
    await expect.poll(() => inner.readyState).not.toBe(WebSocket.OPEN);
    socket.sendMessage(encodeMessage("text", [Buffer.from("late")]));
    if (who === "the server") clientCloses();
    await closed;
    socket.sendMessage(encodeMessage("text", [Buffer.from("later")]));
    await ended;

    expect(Buffer.concat(chunks).toString("latin1")).toBe("\x81\x04last\x88\x02\x03\xe8");
  });

  it("lives through a connection that is cut while it sends", async () => {
    const wire = await connectByHand();
    const socket = await accept();
    const { socket: inner } = await accepted;
    inner.on("error", () => undefined);
    const message = encodeMessage("binary", [Buffer.alloc(1024 * 1024)]);
    wire.resetAndDestroy();
    const closed = once(inner, "close");
    for (let n = 0; n < 20; n++) socket.sendMessage(message);
    await closed;
    socket.sendMessage(message);

    expect(inner.readyState).toBe(WebSocket.CLOSED);
  });

  it("refuses a connection with compression, whose messages are not written at once", async () => {
    const client = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(client, "open");

    await expect(accept()).rejects.toThrow("permessage-deflate");
  });
});
