import {
  encodeReadings,
  encodeRecording,
  encodeRun,
  encodeTestRun,
  encodeWindows,
  type Entry,
  type LiveSocket,
} from "@windowscope/protocol";

/** P14. */
const MOST_SUBSCRIPTIONS = 64;

type Said = { readonly type: string; readonly id: number; readonly log: string; readonly t: number };

/** The server's end of the scope's socket, for tests: it has logs, and tells what is in them to whoever subscribes. */
export class FakeServer implements LiveSocket {
  binaryType = "";
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  /** All that the scope said, oldest first. */
  readonly said: Said[] = [];
  readonly #logs: Map<string, FakeLog>;
  readonly #subscribed = new Map<string, number>();
  #number = 0;
  readonly #numbers = new Map<string, number>();

  constructor(logs: Map<string, FakeLog>) {
    this.#logs = logs;
  }

  /** Logs that somebody is subscribed to. */
  get subscribed(): string[] {
    return [...this.#subscribed.keys()];
  }

  send(text: string): void {
    const message = JSON.parse(text) as Said;
    this.said.push(message);
    if (message.type === "hello") this.say({ type: "welcome", server: "test", heartbeatMs: 25_000 });
    if (message.type === "sub") queueMicrotask(() => this.#subscribe(message.id, message.log));
    if (message.type === "unsub") {
      for (const [log, id] of this.#subscribed) if (id === message.id) this.#subscribed.delete(log);
    }
  }

  close(): void {
    this.#subscribed.clear();
  }

  /** Accepts the connection. */
  accept(): void {
    this.onopen?.({} as never);
  }

  drop(code: number, reason = ""): void {
    this.#subscribed.clear();
    this.onclose?.({ code, reason } as never);
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) } as never);
  }

  /** Appends entries to a log, and tells those who follow it. */
  append(name: string, ...entries: readonly Entry[]): void {
    const log = this.#logs.get(name) ?? { entries: [], isSealed: false };
    this.#logs.set(name, log);
    log.entries.push(...entries);
    if (this.#subscribed.has(name)) this.#tell(name, log.entries.length - entries.length);
  }

  /** Begins a log anew with other entries. */
  restart(name: string, ...entries: readonly Entry[]): void {
    const log = { entries: [...entries], isSealed: false };
    this.#logs.set(name, log);
    const id = this.#subscribed.get(name);
    const number = this.#numbers.get(name);
    if (id === undefined) return;
    this.say({ type: "reset", id, log: name, number, epoch: "e2", first: 0, next: entries.length, why: "epoch" });
    this.#tell(name, 0);
    this.say({ type: "live", id, next: entries.length });
  }

  #subscribe(id: number, name: string): void {
    if (this.#subscribed.size >= MOST_SUBSCRIPTIONS) {
      this.say({ type: "err", id, code: "too_many", message: `${MOST_SUBSCRIPTIONS} subscriptions at once are all.` });
      return;
    }
    const log = this.#logs.get(name);
    if (!log) {
      this.say({ type: "err", id, code: "no_such_log", message: `There is no log ${name}.` });
      return;
    }
    this.#number++;
    this.#numbers.set(name, this.#number);
    this.#subscribed.set(name, id);
    const next = log.entries.length;
    this.say({ type: "subok", id, log: name, number: this.#number, epoch: "e", first: 0, next, from: 0 });
    this.#tell(name, 0);
    this.say({ type: "live", id, next });
    if (!log.isSealed) return;
    this.#subscribed.delete(name);
    this.say({ type: "end", id, next });
  }

  #tell(name: string, from: number): void {
    const number = this.#numbers.get(name) ?? 0;
    const entries = this.#logs.get(name)?.entries ?? [];
    for (let seq = from; seq < entries.length; seq++) {
      const bytes = encode(entries[seq] as Entry, { log: number, seq });
      this.onmessage?.({ data: bytes.buffer } as never);
    }
  }
}

export interface FakeLog {
  readonly entries: Entry[];
  /** Nothing more comes. */
  readonly isSealed: boolean;
}

function encode(entry: Entry, position: { readonly log: number; readonly seq: number }): Uint8Array {
  switch (entry.kind) {
    case "run":
      return encodeRun(position, entry.run);
    case "readings":
      return encodeReadings(position, entry);
    case "windows":
      return encodeWindows(position, entry);
    case "test-run":
      return encodeTestRun(position, entry.testRun);
    case "recording":
      return encodeRecording(position, entry.recording);
    default:
      throw new Error(`The fake server has no entries of kind ${entry.kind}.`);
  }
}
