/** A device for tests, which says and hears exactly what a test wants. Never part of a build. */
import { once } from "node:events";

import { decode, encode } from "cbor-x";
import { WebSocket } from "ws";

type Message = Record<string, unknown>;

const WAIT_MS = 5_000;

export class FakeDevice {
  readonly socket: WebSocket;
  readonly #format: "JSON" | "CBOR";
  readonly #heard: unknown[] = [];
  #wake: () => void = () => undefined;

  private constructor(socket: WebSocket, format: "JSON" | "CBOR") {
    this.socket = socket;
    this.#format = format;
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer, isBinary) => {
      const text = isBinary ? "" : data.toString();
      const isJson = text.startsWith("{");
      this.#heard.push(isBinary ? decode(data) : isJson ? JSON.parse(text) : text);
      this.#wake();
    });
  }

  static async connect(url: string, format: "JSON" | "CBOR" = "JSON"): Promise<FakeDevice> {
    const socket = new WebSocket(url);
    const device = new FakeDevice(socket, format);
    await once(socket, "open");
    return device;
  }

  /** Connects, and says hello as version 3 of it unless told otherwise. */
  static async admitted(
    url: string,
    hello: Message & { readonly apiKey: string },
    format: "JSON" | "CBOR" = "JSON",
  ): Promise<FakeDevice> {
    const device = await FakeDevice.connect(url, format);
    device.say({
      hello: { version: 3, deviceId: "board", deviceType: "TEST", connection: "ip", sensors: [], ...hello },
    });
    const answer = await device.hear();
    if (answer.hello !== true) throw new Error(`not admitted: ${JSON.stringify(answer)}`);
    return device;
  }

  say(...messages: readonly object[]): void {
    for (const message of messages) {
      this.socket.send(this.#format === "JSON" ? JSON.stringify(message) : encode(message));
    }
  }

  sayRaw(frame: string | Buffer): void {
    this.socket.send(frame);
  }

  /** The next thing that the device is told. */
  async hear(): Promise<Message> {
    return (await this.hearRaw()) as Message;
  }

  /** The next thing that the device is told, be it a message or not. */
  async hearRaw(): Promise<unknown> {
    const signal = AbortSignal.timeout(WAIT_MS);
    while (this.#heard.length === 0) {
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        signal.onabort = () => reject(new Error(`the device has heard nothing for ${WAIT_MS} ms`));
      });
    }
    signal.onabort = null;
    return this.#heard.shift();
  }

  /** Why the other side ended the connection. */
  async closed(): Promise<{ code: number; reason: string }> {
    const [code, reason] = (await once(this.socket, "close")) as [number, Buffer];
    return { code, reason: reason.toString() };
  }

  close(): void {
    this.socket.close();
  }
}
