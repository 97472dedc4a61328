import { readFileSync } from "node:fs";

import { referencePath } from "@windowscope/engine/reference-data";
import { encode } from "cbor-x";
import { describe, expect, it } from "vitest";

import { parseDataAcquisition } from "./data-acquisition.ts";
import { documentedJson as json, documentedRecording as document } from "./documented-recording.ts";
import { readingCount, RecordingError } from "./recording.ts";

/** The documented recording as CBOR, with some of its payload changed. */
function cbor(changes: object): Buffer {
  return Buffer.from(encode({ ...document, payload: { ...document.payload, ...changes } }));
}

describe("parseDataAcquisition", () => {
  it("reads JSON and CBOR to the same recording", () => {
    const recording = parseDataAcquisition(json(), "json");

    expect(recording).toMatchObject({
      deviceName: "ac:87:a3:0a:2d:1b",
      intervalMs: 10,
      values: Float64Array.from(document.payload.values.flat()),
    });
    expect(parseDataAcquisition(Buffer.from(encode(document)), "cbor")).toEqual(recording);
  });

  it("reads a single axis without brackets", () => {
    const flat = {
      ...document,
      payload: { ...document.payload, sensors: [{ name: "audio", units: "wav" }], values: [1, 2] },
    };

    expect(parseDataAcquisition(Buffer.from(JSON.stringify(flat)), "json").values).toEqual(Float64Array.of(1, 2));
  });

  it("reads the recordings of real boards", ({ skip }) => {
    const bytes = readFileSync(referencePath(skip, "gestures", "testing", "wave.0.cbor"));

    const recording = parseDataAcquisition(bytes, "cbor");
    const { sensors, intervalMs, signature } = recording;

    expect(sensors.map(({ name }) => name)).toEqual(["accX", "accY", "accZ"]);
    expect({ intervalMs, count: readingCount(recording) }).toEqual({ intervalMs: 16, count: 622 });
    expect(signature.text).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    { what: "no JSON", bytes: Buffer.from("{"), message: "Could not parse this JSON file" },
    { what: "an array", bytes: Buffer.from("[]"), message: "The file has to be an object" },
    { what: "no payload", bytes: Buffer.from('{"protected":{}}'), message: "payload has to be an object" },
    { what: "no sensor", bytes: json((copy) => (copy.payload.sensors = [])), message: "at least one sensor" },
    { what: "no reading", bytes: json((copy) => (copy.payload.values = [])), message: "at least one reading" },
    {
      what: "a short reading",
      bytes: json((copy) => copy.payload.values[2]?.pop()),
      message: "values[2] has 2 values",
    },
    {
      what: "an interval of 0",
      bytes: json((copy) => (copy.payload.interval_ms = 0)),
      message: "interval_ms has to be",
    },
    {
      what: "a text as a value",
      bytes: Buffer.from(json().toString().replace("-9.12", '"high"')),
      message: "payload.values[2][0] has to be a finite number",
    },
  ])("refuses $what and says so", ({ bytes, message }) => {
    expect(() => parseDataAcquisition(bytes, "json")).toThrow(RecordingError);
    expect(() => parseDataAcquisition(bytes, "json")).toThrow(message);
  });

  it.each([
    {
      what: "NaN",
      bytes: cbor({
        values: [
          [1, 2, 3],
          [1, NaN, 3],
        ],
      }),
      message: "payload.values[1][1] has to be a finite",
    },
    {
      what: "infinity",
      bytes: cbor({ values: [[-Infinity, 2, 3]] }),
      message: "payload.values[0][0] has to be a finite",
    },
    {
      what: "a reading in a billion years",
      bytes: cbor({ interval_ms: 1e20 }),
      message: "interval_ms is 100000000000000000000",
    },
    { what: "a gigahertz", bytes: cbor({ interval_ms: 1e-6 }), message: "it has to be between 0.0001 and" },
    {
      what: "more sensors than anything has",
      bytes: cbor({ sensors: Array.from({ length: 1001 }, () => ({ name: "a" })) }),
      message: "payload.sensors has 1001 sensors; a recording may have 1000",
    },
    {
      what: "a name of megabytes",
      bytes: cbor({ device_name: "a".repeat(1e6) }),
      message: "device_name has more than 1000",
    },
  ])("refuses $what", ({ bytes, message }) => {
    expect(() => parseDataAcquisition(bytes, "cbor")).toThrow(message);
  });

  it("reads JSON that begins with a byte order mark", () => {
    expect(readingCount(parseDataAcquisition(Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), json()]), "json"))).toBe(4);
  });

  it("takes keys that mean something to JavaScript for plain names", () => {
    const text = json()
      .toString()
      .replace("{", '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},');

    parseDataAcquisition(Buffer.from(text), "json");
    parseDataAcquisition(Buffer.from(encode(JSON.parse(text))), "cbor");

    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("refuses JSON nested a million deep", () => {
    const deep = Buffer.from(`{"protected":{},"payload":${"[".repeat(1e6)}${"]".repeat(1e6)}}`);

    expect(() => parseDataAcquisition(deep, "json")).toThrow("payload has to be an object");
  });

  it("refuses CBOR that was cut off, at whatever byte", () => {
    const bytes = Buffer.from(encode(document));

    for (let length = 0; length < bytes.length; length++) {
      expect(() => parseDataAcquisition(bytes.subarray(0, length), "cbor"), `${length} bytes`).toThrow(RecordingError);
    }
  });
});

describe("parseDataAcquisition of what devices write", () => {
  /** The CBOR of a device: readings of indefinite length, each float as wide as the board found fit. */
  function deviceCbor(values: Buffer, ...after: Buffer[]): Buffer {
    const start = encode({ protected: { alg: "none" }, signature: "0", payload: 0 });
    const payload = { interval_ms: 10, sensors: [{ name: "audio", units: "wav" }], values: 0 };
    return Buffer.concat([start.subarray(0, -1), encode(payload).subarray(0, -1), values, ...after]);
  }

  const floats = Buffer.concat([
    Buffer.of(0x9f),
    Buffer.of(0xf9, 0x3e, 0x00),
    Buffer.of(0xfa, 0xbf, 0xc0, 0x00, 0x00),
    Buffer.of(0xfb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0),
    Buffer.of(0x1b, 0, 0, 0, 0, 0, 0, 0, 7),
    Buffer.of(0xff),
  ]);

  it.each([
    { what: "nothing after them", after: [] },
    { what: "the rest of a memory page after them", after: [Buffer.alloc(200, 0xff)] },
  ])("reads values of indefinite length, in half, single and double floats, with $what", ({ after }) => {
    expect(parseDataAcquisition(deviceCbor(floats, ...after), "cbor").values).toEqual(
      Float64Array.of(1.5, -1.5, 1.5, 7),
    );
  });

  const data = Buffer.of(0xff, 0x7f, 0x00, 0x80, 0xff, 0xff, 0x01, 0x00);
  const endings = [
    { what: "an array of indefinite length", open: [0x9f], close: [0xff] },
    { what: "a definite array and 0xff", open: [0x81], close: [0xff] },
  ];

  it.each(
    endings.flatMap(({ what, open, close }) =>
      [
        { type: "i8", values: [-1, 127, 0, -128, -1, -1, 1, 0] },
        { type: "u8", values: [255, 127, 0, 128, 255, 255, 1, 0] },
        { type: "i16", values: [32767, -32768, -1, 1] },
        { type: "u16", values: [32767, 32768, 65535, 1] },
        { type: "i32", values: [-2147450881, 131071] },
        { type: "u32", values: [2147516415, 131071] },
      ].map(({ type, values }) => ({ what, type, values, open, close })),
    ),
  )("reads a binary payload of $type after $what", ({ type, values, open, close }) => {
    const reference = Buffer.concat([Buffer.from(open), encode(`Ref-Binary-${type}   `), Buffer.from(close)]);

    expect(parseDataAcquisition(deviceCbor(reference, data), "cbor").values).toEqual(Float64Array.from(values));
  });

  it("reads a binary payload of f32, and refuses its NaN", () => {
    const reference = Buffer.concat([Buffer.of(0x81), encode("Ref-BINARY-f32"), Buffer.of(0xff)]);
    const numbers = Buffer.from(Float32Array.of(1.5, -2).buffer);
    const broken = Buffer.from(Float32Array.of(1.5, NaN).buffer);

    expect(parseDataAcquisition(deviceCbor(reference, numbers), "cbor").values).toEqual(Float64Array.of(1.5, -2));
    expect(() => parseDataAcquisition(deviceCbor(reference, broken), "cbor")).toThrow("payload.values[1] has to be");
  });

  it.each([
    { what: "an unknown type", reference: "Ref-Binary-u64", after: data, message: "Ref-Binary- takes i8, u8, i16" },
    {
      what: "half a value",
      reference: "Ref-Binary-i16",
      after: Buffer.alloc(3),
      message: "3 bytes, not a whole number",
    },
    { what: "no value", reference: "Ref-Binary-i16", after: Buffer.alloc(0), message: "0 bytes, not a whole number" },
  ])("refuses a binary payload with $what", ({ reference, after, message }) => {
    const values = Buffer.concat([Buffer.of(0x9f), encode(reference), Buffer.of(0xff)]);

    expect(() => parseDataAcquisition(deviceCbor(values, after), "cbor")).toThrow(message);
  });

  it("refuses a binary payload for two sensors, and in JSON", () => {
    const two = cbor({ values: ["Ref-Binary-i16"] });
    const inJson = json()
      .toString()
      .replace(/"values":.*\]\]/, '"values":["Ref-Binary-i16"]');

    expect(() => parseDataAcquisition(two, "cbor")).toThrow("A binary payload is for one sensor, and there are 3");
    expect(() => parseDataAcquisition(Buffer.from(inJson), "json")).toThrow("Only CBOR can have a binary payload");
  });
});
