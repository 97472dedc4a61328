import { encode } from "cbor-x";
import { describe, expect, it } from "vitest";

import { CBOR } from "./codec.ts";

describe("CBOR.read", () => {
  it("reads what devices say", () => {
    const message = { hello: { version: 3, apiKey: "ei_a", sensors: [{ name: "Acc", frequencies: [62.5, 100] }] } };

    expect(CBOR.read(encode(message))).toEqual(message);
  });

  it("refuses a tagged number of four megabytes at once", () => {
    const length = 4 * 1024 * 1024 - 6;
    const head = Buffer.from("c25a00000000", "hex");
    head.writeUInt32BE(length, 2);

    expect(() => CBOR.read(Buffer.concat([head, Buffer.alloc(length, 0xff)]))).toThrow("tag");
  });
});
