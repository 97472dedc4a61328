import { readFileSync } from "node:fs";

import { referencePath } from "@windowscope/engine/reference-data";
import { encode } from "cbor-x";
import { describe, expect, it } from "vitest";

import { parseDataAcquisition } from "./data-acquisition.ts";
import { readingCount, RecordingError } from "./recording.ts";

const document = {
  protected: { ver: "v1", alg: "HS256", iat: 1564128599 },
  signature: "0".repeat(64),
  payload: {
    device_name: "ac:87:a3:0a:2d:1b",
    device_type: "DISCO-L475VG-IOT01A",
    interval_ms: 10,
    sensors: [
      { name: "accX", units: "m/s2" },
      { name: "accY", units: "m/s2" },
      { name: "accZ", units: "m/s2" },
    ],
    values: [
      [-9.81, 0.03, 1.21],
      [-9.83, 0.04, 1.27],
      [-9.12, 0.03, 1.23],
      [-9.14, 0.01, 1.25],
    ],
  },
};

function json(change: (copy: typeof document) => void = () => undefined): Buffer {
  const copy = structuredClone(document);
  change(copy);
  return Buffer.from(JSON.stringify(copy));
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

  it("refuses CBOR that was cut off, at whatever byte", () => {
    const bytes = Buffer.from(encode(document));

    for (let length = 0; length < bytes.length; length++) {
      expect(() => parseDataAcquisition(bytes.subarray(0, length), "cbor"), `${length} bytes`).toThrow(RecordingError);
    }
  });
});
