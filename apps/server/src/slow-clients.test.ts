/** On a real server: what is tested is what becomes of connections. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { cutSlowBodies } from "./slow-clients.ts";

const BODY_MS = 60;

let server: Server;
let client: Socket;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  server = createServer();
  cutSlowBodies(server, { isLong: (path) => path === "/long", bodyMs: BODY_MS });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  client = connect((server.address() as AddressInfo).port, "127.0.0.1");
});

afterEach(async () => {
  client.destroy();
  server.closeAllConnections();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  await new Promise((resolve) => server.close(resolve));
});

/** Says that a body of 10 MB comes, and sends the beginning of it. */
async function begin(path: string, bytes = 10): Promise<IncomingMessage> {
  const arrived = once(server, "request") as Promise<[IncomingMessage]>;
  client.write(`POST ${path} HTTP/1.1\r\nHost: here\r\nContent-Length: 10000000\r\n\r\n`);
  const [request] = await arrived;
  request.on("error", () => undefined);
  client.write(Buffer.alloc(bytes));
  await once(request, "readable");
  return request;
}

/** Sends one byte more, and waits until it is read. */
async function drip(request: IncomingMessage): Promise<void> {
  request.resume();
  client.write("x");
  await once(request, "data");
}

/** The error that comes before is expected. */
function closed(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => request.once("close", resolve));
}

describe("cutSlowBodies", () => {
  it("cuts a body that is not there in time, however it drips", async () => {
    const request = await begin("/");
    await drip(request);
    vi.advanceTimersByTime(BODY_MS);

    expect(request.socket.destroyed).toBe(true);
    await closed(request);
  });

  it("gives a long body more time while it comes, and cuts it when nothing comes any more", async () => {
    const request = await begin("/long");
    for (let n = 0; n < 5; n++) {
      await drip(request);
      vi.advanceTimersByTime(BODY_MS);
    }
    expect(request.socket.destroyed).toBe(false);
    vi.advanceTimersByTime(BODY_MS);

    expect(request.socket.destroyed).toBe(true);
    await closed(request);
  });

  it("leaves a long body alone that waits to be read", async () => {
    const request = await begin("/long", 200_000);
    vi.advanceTimersByTime(10 * BODY_MS);

    expect(request.socket.destroyed).toBe(false);
    request.destroy();
    await closed(request);
  });

  it("leaves an answer alone that takes its time, once the request is there", async () => {
    const arrived = once(server, "request") as Promise<[IncomingMessage]>;
    client.write("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\nhi");
    const [request] = await arrived;
    await once(request.resume(), "end");
    vi.advanceTimersByTime(10 * BODY_MS);

    expect(request.socket.destroyed).toBe(false);
  });
});
