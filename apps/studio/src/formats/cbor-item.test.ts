import { encode } from "cbor-x";
import { describe, expect, it } from "vitest";

import { findCborItem } from "./cbor-item.ts";
import { RecordingError } from "./recording.ts";

function bytesOf(...hex: string[]): Buffer {
  return Buffer.from(hex.join(""), "hex");
}

describe("findCborItem", () => {
  it("finds the end of everything the encoder writes, with bytes after it", () => {
    const items = [
      0,
      24,
      70_000,
      2 ** 40,
      -1,
      -70_000,
      1.5,
      1e300,
      "",
      "ü".repeat(300),
      true,
      null,
      [],
      [1, [2]],
      { a: {} },
    ];
    for (const item of items) {
      const bytes = encode(item);

      const found = findCborItem(Buffer.concat([bytes, Buffer.of(0xff, 0, 1)]));

      expect(found, JSON.stringify(item)).toEqual({ start: 0, end: bytes.length });
    }
  });

  it("skips the mark that says that this is CBOR", () => {
    expect(findCborItem(bytesOf("d9d9f7", "a0"))).toEqual({ start: 3, end: 4 });
  });

  it.each([
    { what: "an array of 4 billion parts", bytes: bytesOf("9affffffff", "00"), message: "cut off" },
    { what: "a map of 2 to the 64 parts", bytes: bytesOf("bbffffffffffffffff", "00"), message: "cut off" },
    { what: "a text of a terabyte", bytes: bytesOf("7b0000010000000000", "00"), message: "cut off" },
    { what: "an array without an end", bytes: bytesOf("9f", "00"), message: "cut off" },
    { what: "nothing", bytes: Buffer.alloc(0), message: "cut off" },
    { what: "a million arrays in one another", bytes: Buffer.alloc(1e6, 0x81), message: "nested deeper than 16" },
    { what: "a million endless arrays", bytes: Buffer.alloc(1e6, 0x9f), message: "nested deeper than 16" },
    { what: "a tag", bytes: bytesOf("c1", "00"), message: "a tag (1)" },
    { what: "a text in pieces", bytes: bytesOf("7f", "6161", "ff"), message: "texts and bytes need a length" },
    { what: "an unknown length", bytes: bytesOf("1c"), message: "unknown length" },
    { what: "an unknown simple value", bytes: bytesOf("f8ff"), message: "a simple value 24" },
    { what: "a break without an array", bytes: bytesOf("ff"), message: "a simple value 31" },
    { what: "a key without its value", bytes: bytesOf("bf", "6161", "ff"), message: "a simple value 31" },
  ])("refuses $what", ({ bytes, message }) => {
    expect(() => findCborItem(bytes)).toThrow(RecordingError);
    expect(() => findCborItem(bytes)).toThrow(message);
  });

  it("refuses more parts than memory should be spent on", () => {
    const bytes = Buffer.alloc(10_000_006);
    bytes.writeUInt8(0x9a, 0);
    bytes.writeUInt32BE(10_000_001, 1);

    expect(() => findCborItem(bytes)).toThrow("more than 10000000 values");
  });
});
