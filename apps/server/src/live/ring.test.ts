import { encodeReadings } from "@windowscope/protocol";
import { describe, expect, it } from "vitest";

import { Frame } from "./frame.ts";
import { Ring } from "./ring.ts";

/** Entries of 40 bytes each. */
function frame(from: number, count: number): Frame {
  const entries = Array.from({ length: count }, (_, i) =>
    encodeReadings({ log: 1, seq: from + i }, { first: 0, axisCount: 1, values: Float32Array.of(from + i) }),
  );
  return new Frame(from, from + count, entries);
}

function seqsOf(part: Frame | undefined): number[] {
  const seqs = [];
  for (let at = 0; part && at < part.bytes.length; at += 40) seqs.push(part.bytes.readUInt32LE(at + 12));
  return seqs;
}

describe("Ring", () => {
  it("gives what was pushed as it was, to everybody the same", () => {
    const ring = new Ring(1_000, 5);
    const pushed = frame(5, 3);
    ring.push(pushed);

    expect(ring.frameAt(5, 400)).toBe(pushed);
    expect(ring.frameAt(5, 400)).toBe(pushed);
  });

  it("joins what belongs together up to the wanted size, once for all who stand at a place", () => {
    const ring = new Ring(10_000, 0);
    for (let from = 0; from < 20; from += 2) ring.push(frame(from, 2));

    const joined = ring.frameAt(2, 400);

    expect(seqsOf(joined)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(ring.frameAt(2, 400)).toBe(joined);
    ring.push(frame(20, 1));
    expect(seqsOf(ring.frameAt(18, 400))).toEqual([18, 19, 20]);
  });

  it("begins in the middle of what was pushed at once", () => {
    const ring = new Ring(10_000, 0);
    ring.push(frame(0, 5));
    ring.push(frame(5, 5));

    expect(seqsOf(ring.frameAt(3, 40))).toEqual([3, 4]);
    expect(seqsOf(ring.frameAt(7, 40))).toEqual([7, 8, 9]);
  });

  it("forgets the oldest beyond its capacity, and has nothing before and behind", () => {
    const ring = new Ring(400, 0);
    for (let from = 0; from < 1_000; from++) ring.push(frame(from, 1));

    expect([ring.start, ring.next, ring.bytes]).toEqual([990, 1_000, 400]);
    expect(ring.frameAt(989, 400)).toBeUndefined();
    expect(seqsOf(ring.frameAt(990, 400))).toHaveLength(10);
    expect(ring.frameAt(1_000, 400)).toBeUndefined();
    ring.clear(3);
    expect([ring.start, ring.next, ring.bytes]).toEqual([3, 3, 0]);
  });

  it("takes nothing that does not follow", () => {
    const ring = new Ring(400, 5);

    expect(() => ring.push(frame(6, 1))).toThrow(RangeError);
  });
});
