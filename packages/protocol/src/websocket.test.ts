import { readdirSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";

import { expect, it, vi } from "vitest";
import { WebSocketServer } from "ws";

import { encodeReadings, type Entry } from "./entry.ts";
import { POSITION } from "./fake-socket.ts";
import { connectLive } from "./live-client.ts";
import { parseClientMessage, SUBPROTOCOL } from "./messages.ts";
import { openSocket } from "./websocket.ts";

it("[P1] connects in Node without being told how, and offers the subprotocol", async () => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  server.on("connection", (socket) => {
    expect(socket.protocol).toBe(SUBPROTOCOL);
    const say = (message: object) => socket.send(JSON.stringify(message));
    socket.on("message", (text: Buffer) => {
      const message = parseClientMessage(text.toString());
      if (message.type === "hello") say({ type: "welcome", server: "test", heartbeatMs: 25_000 });
      if (message.type === "sub") {
        say({ type: "subok", id: message.id, ...POSITION, from: 0 });
        const values = Float32Array.of(1, 2, 3);
        socket.send(encodeReadings({ log: POSITION.number, seq: 0 }, { first: 0, axisCount: 1, values }));
        say({ type: "end", id: message.id, next: 1 });
      }
    });
  });
  await new Promise((resolve) => server.once("listening", resolve));
  const stop = new AbortController();
  const { port } = server.address() as AddressInfo;

  const entries: Entry[] = [];
  const live = connectLive(new URL(`ws://127.0.0.1:${port}/live`), { signal: stop.signal });
  for await (const event of live.subscribe("r1", "start")) if (event.type === "entries") entries.push(...event.entries);
  stop.abort();
  await new Promise((resolve) => server.close(resolve));

  expect(entries).toMatchObject([{ kind: "readings", values: Float32Array.of(1, 2, 3) }]);
});

it("[P1] takes the platform's own WebSocket elsewhere", () => {
  const opened = vi.fn();
  vi.stubGlobal(
    "WebSocket",
    class {
      constructor(...args: readonly string[]) {
        opened(...args);
      }
    },
  );
  openSocket("wss://test/live", SUBPROTOCOL);
  vi.unstubAllGlobals();

  expect(opened).toHaveBeenCalledExactlyOnceWith("wss://test/live", SUBPROTOCOL);
});

it("brings no package into a browser: only the file for Node imports one", () => {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  const importing = files.flatMap((file) => {
    const source = readFileSync(new URL(file, import.meta.url), "utf8");
    return [...source.matchAll(/\bfrom "([^.][^"]*)"/g)].map(([, name]) => `${file}: ${name}`);
  });

  expect(importing).toEqual(["live-client.ts: #websocket", "websocket-node.ts: ws"]);
});
