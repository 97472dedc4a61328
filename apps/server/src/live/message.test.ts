import { describe, expect, it } from "vitest";

import { encodeMessage } from "./message.ts";

describe("encodeMessage", () => {
  it.each([
    { bytes: 0, header: [0x82, 0] },
    { bytes: 125, header: [0x82, 125] },
    { bytes: 126, header: [0x82, 126, 0, 126] },
    // These two are examples of RFC 6455, 5.7.
    { bytes: 256, header: [0x82, 0x7e, 0x01, 0x00] },
    { bytes: 65_536, header: [0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0] },
    { bytes: 65_535, header: [0x82, 126, 0xff, 0xff] },
  ])("puts the shortest header before $bytes bytes", ({ bytes, header }) => {
    const payload = Buffer.alloc(bytes, 7);

    const message = encodeMessage("binary", [payload]);

    expect([...message.bytes.subarray(0, header.length)]).toEqual(header);
    expect(message.bytes.subarray(header.length).equals(payload)).toBe(true);
    expect(message.payload.equals(payload)).toBe(true);
  });

  it("says of a text that it is one, as RFC 6455 does in its example", () => {
    const { bytes } = encodeMessage("text", [Buffer.from("Hel"), Buffer.from("lo")]);

    expect([...bytes]).toEqual([0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]);
  });

  it.each([8, 200, 70_000])("puts %d bytes where typed arrays can look at them in place", (length) => {
    const { payload } = encodeMessage("binary", [new Uint8Array(length)]);

    expect(payload.byteOffset % 8).toBe(0);
  });
});
