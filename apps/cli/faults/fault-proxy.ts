/** A TCP proxy that spoils the connections that go through it. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** What the proxy does to every byte from now on; also to the connections that are open. */
export interface Faults {
  /** Each chunk arrives this much later, ms. */
  readonly latencyMs?: number;
  /** In each direction. */
  readonly bytesPerSecond?: number;
  /** Every byte is a write of its own. */
  readonly splitsBytes?: boolean;
}

export type Direction = "to server" | "to client";

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  /** Nothing goes through any more in these directions, and no end is told: a cable that was pulled. */
  readonly cut: Set<Direction>;
}

/** With so much on its way the side that sends is not read any more. */
const MOST_UNDER_WAY_BYTES = 256 * 1024;

export class FaultProxy {
  #faults: Faults = {};
  readonly #links = new Set<Link>();
  /** When the server gave up each connection whose cable was pulled, ms since 1970. */
  readonly givenUpAtMs: number[] = [];
  readonly #listener: Server;
  #isDown = false;

  private constructor(targetPort: number) {
    this.#listener = createServer({ allowHalfOpen: true }, (client) => {
      if (this.#isDown) client.resetAndDestroy();
      else this.#link(client, targetPort);
    });
  }

  /** Starts a proxy to a port of this machine. */
  static async start(targetPort: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(targetPort);
    await new Promise<void>((resolve) => proxy.#listener.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  get openConnections(): number {
    return this.#links.size;
  }

  setFaults(faults: Faults): void {
    this.#faults = faults;
  }

  /** Pulls the cable of the connections that are open; later ones are whole. */
  cut(...directions: readonly Direction[]): void {
    for (const { cut } of this.#links) for (const direction of directions) cut.add(direction);
  }

  /** Cuts every connection hard, on both sides. @returns How many. */
  reset(): number {
    const links = [...this.#links];
    for (const { client, server } of links) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
    return links.length;
  }

  /** Cuts every connection and refuses new ones, or no longer. */
  setDown(isDown: boolean): void {
    this.#isDown = isDown;
    if (isDown) this.reset();
  }

  /** Ends every connection towards the client at once, and towards the server after a while. */
  async closeSlowly(ms: number): Promise<void> {
    const links = [...this.#links];
    for (const { client } of links) client.end();
    await pause(ms);
    for (const { server } of links) server.end();
  }

  async close(): Promise<void> {
    for (const { client, server } of this.#links) {
      client.destroy();
      server.destroy();
    }
    await new Promise((resolve) => this.#listener.close(resolve));
  }

  #link(client: Socket, targetPort: number): void {
    const server = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
    const link: Link = { client, server, cut: new Set() };
    this.#links.add(link);
    server.once("end", () => link.cut.size > 0 && this.givenUpAtMs.push(Date.now()));
    server.once("error", () => link.cut.size > 0 && this.givenUpAtMs.push(Date.now()));
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        // A pulled cable does not tell the one side that the other has gone.
        if (socket === server && link.cut.has("to client")) return;
        if (socket === client && link.cut.has("to server")) return;
        this.#links.delete(link);
        client.destroy();
        // What was received is still worth delivering when the other side only left first.
        if (!server.destroyed) server.destroySoon();
      });
    }
    this.#forward(link, "to server");
    this.#forward(link, "to client");
  }

  #forward({ client, server, cut }: Link, direction: Direction): void {
    const [from, to] = direction === "to server" ? [client, server] : [server, client];
    let underWay = 0;
    let last: Promise<void> = Promise.resolve();
    const isCut = () => cut.has(direction);
    from.on("data", (chunk: Buffer) => {
      if (isCut()) return;
      underWay += chunk.length;
      if (underWay > MOST_UNDER_WAY_BYTES) from.pause();
      const dueMs = performance.now() + (this.#faults.latencyMs ?? 0);
      last = last.then(async () => {
        const early = dueMs - performance.now();
        if (early > 0) await pause(early);
        await this.#write(to, chunk);
        underWay -= chunk.length;
        if (underWay <= MOST_UNDER_WAY_BYTES) from.resume();
      });
    });
    from.on("end", () => {
      if (!isCut()) void last.then(() => to.end());
    });
  }

  async #write(to: Socket, chunk: Buffer): Promise<void> {
    const { bytesPerSecond, splitsBytes } = this.#faults;
    if (splitsBytes) for (const byte of chunk) await send(to, Buffer.of(byte));
    else await send(to, chunk);
    if (bytesPerSecond !== undefined) await pause((chunk.length / bytesPerSecond) * 1_000);
  }
}

/** Resolves when the kernel has it, or nobody will ever take it. */
function send(to: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => (to.writable ? to.write(bytes, () => resolve()) : resolve()));
}
