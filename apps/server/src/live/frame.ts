import { decodeEntries, toJsonEntry, type Entry, type UnknownEntry } from "@windowscope/protocol";

/** Where the header of an entry has the entry's length; SPEC.md, "Entries". */
const LENGTH_OFFSET = 4;

/** Entries `from` to `next - 1` of a log as they go onto the wire: encoded once, the same bytes for every viewer. */
export class Frame {
  readonly from: number;
  readonly next: number;
  readonly bytes: Buffer;
  #json: Buffer | undefined;

  constructor(from: number, next: number, bytes: Uint8Array) {
    this.from = from;
    this.next = next;
    // A Buffer is sent as it is; of any other array `ws` makes one for each viewer.
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The message `entries` for those who want JSON. */
  get json(): Buffer {
    this.#json ??= encodeJson(this.bytes);
    return this.#json;
  }

  /** The part of the frame from an entry on, on the same memory. @param seq Above or at `from`, below `next`. */
  startingAt(seq: number): Frame {
    if (seq === this.from) return this;
    let at = 0;
    for (let skipped = this.from; skipped < seq; skipped++) at += this.bytes.readUInt32LE(at + LENGTH_OFFSET);
    return new Frame(seq, this.next, this.bytes.subarray(at));
  }
}

/** @param frames One after another, without a gap. */
export function joinFrames(frames: readonly [Frame, ...Frame[]]): Frame {
  const [first] = frames;
  if (frames.length === 1) return first;
  const next = frames.at(-1)?.next ?? first.next;
  return new Frame(first.from, next, Buffer.concat(frames.map(({ bytes }) => bytes)));
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
