import { decodeEntries, toJsonEntry, type Entry, type UnknownEntry } from "@windowscope/protocol";

import { encodeMessage, type Message } from "./message.ts";

/** Where the header of an entry has the entry's length; SPEC.md, "Entries". */
const LENGTH_OFFSET = 4;

/** Entries `from` to `next - 1` of a log as they go onto the wire: encoded once, the same bytes for every viewer. */
export class Frame {
  readonly from: number;
  readonly next: number;
  /** The entries as a binary message. */
  readonly message: Message;
  #jsonMessage: Message | undefined;

  /** @param chunks The entries, one after another; they are copied. */
  constructor(from: number, next: number, chunks: readonly Uint8Array[]) {
    this.from = from;
    this.next = next;
    this.message = encodeMessage("binary", chunks);
  }

  /** The entries. */
  get bytes(): Buffer {
    return this.message.payload;
  }

  /** The message `entries` for those who want JSON. */
  get jsonMessage(): Message {
    this.#jsonMessage ??= encodeMessage("text", [encodeJson(this.bytes)]);
    return this.#jsonMessage;
  }

  /** The entries of the frame from one on. @param seq Above or at `from`, below `next`. */
  bytesFrom(seq: number): Buffer {
    let at = 0;
    for (let skipped = this.from; skipped < seq; skipped++) at += this.bytes.readUInt32LE(at + LENGTH_OFFSET);
    return this.bytes.subarray(at);
  }
}

function encodeJson(bytes: Buffer): Buffer {
  // Buffer's own type leaves open what kind of memory it is on; ours never is a SharedArrayBuffer.
  const entries = decodeEntries(bytes as Uint8Array<ArrayBuffer>);
  return Buffer.from(JSON.stringify({ type: "entries", entries: entries.map(toJson) }));
}

/** An entry of an unknown kind still has a number, which a reader has to count. */
function toJson(entry: Entry): object {
  return isKnown(entry) ? toJsonEntry(entry) : entry;
}

function isKnown(entry: Entry): entry is Exclude<Entry, UnknownEntry> {
  return entry.kind !== "unknown";
}
