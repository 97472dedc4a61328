import { readFileSync } from "node:fs";

import { referencePath } from "@windowscope/engine/reference-data";
import { encode } from "cbor-x";
import { describe, expect, it } from "vitest";

import { isSignedWith, parseRecording, RecordingError, sign } from "./recording.ts";

const KEY = "fed53116f20684c067774ebf9e7bcbdc";

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

describe("isSignedWith", () => {
  // The example of Edge Impulse's documentation, as JSON.stringify and as Python's json.dumps write it.
  it.each([
    { style: "compact", bytes: json(), digest: "7c3c01c0f6c192a56e49b6578eda7f95dd0ac9ece33f162675fdf183bf0ecb1e" },
    {
      style: "spaced",
      bytes: Buffer.from(
        json()
          .toString()
          .replaceAll(/([:,])(?=[^ :])/g, "$1 ")
          .replace("ac: 87: a3: 0a: 2d: 1b", "ac:87:a3:0a:2d:1b"),
      ),
      digest: "477dcb19d745c9a37ec73cc31612f0330b133a8d6586b58febbdc65b1bde631d",
    },
  ])("accepts the documented signature of the $style JSON, and sign writes it", ({ bytes, digest }) => {
    sign(bytes, KEY);

    const { signature } = parseRecording(bytes, "json");
    expect(signature).toEqual({ method: "HS256", text: digest });
    expect(isSignedWith(bytes, signature, KEY)).toBe(true);
  });

  it("refuses another key, one changed byte, and a file that says it is unsigned", () => {
    const bytes = json();
    sign(bytes, KEY);
    const { signature } = parseRecording(bytes, "json");
    const changed = Buffer.from(bytes.toString().replace("-9.81", "-9.82"));
    const unsigned = json((copy) => (copy.protected.alg = "none"));

    expect(isSignedWith(bytes, signature, "another key")).toBe(false);
    expect(isSignedWith(changed, signature, KEY)).toBe(false);
    expect(isSignedWith(unsigned, parseRecording(unsigned, "json").signature, KEY)).toBe(false);
  });

  it("signs CBOR in the same way", () => {
    const bytes = Buffer.from(encode(document));
    sign(bytes, KEY);

    expect(isSignedWith(bytes, parseRecording(bytes, "cbor").signature, KEY)).toBe(true);
  });
});

describe("parseRecording", () => {
  it("reads JSON and CBOR to the same recording", () => {
    const recording = parseRecording(json(), "json");

    expect(recording).toMatchObject({
      deviceName: "ac:87:a3:0a:2d:1b",
      intervalMs: 10,
      values: document.payload.values,
    });
    expect(parseRecording(Buffer.from(encode(document)), "cbor")).toEqual(recording);
  });

  it("reads a single axis without brackets", () => {
    const flat = {
      ...document,
      payload: { ...document.payload, sensors: [{ name: "audio", units: "wav" }], values: [1, 2] },
    };

    expect(parseRecording(Buffer.from(JSON.stringify(flat)), "json").values).toEqual([[1], [2]]);
  });

  it("reads the recordings of real boards", ({ skip }) => {
    const bytes = readFileSync(referencePath(skip, "gestures", "testing", "wave.0.cbor"));

    const { sensors, intervalMs, values, signature } = parseRecording(bytes, "cbor");

    expect(sensors.map(({ name }) => name)).toEqual(["accX", "accY", "accZ"]);
    expect({ intervalMs, count: values.length }).toEqual({ intervalMs: 16, count: 622 });
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
    expect(() => parseRecording(bytes, "json")).toThrow(RecordingError);
    expect(() => parseRecording(bytes, "json")).toThrow(message);
  });

  it("refuses CBOR that was cut off, at whatever byte", () => {
    const bytes = Buffer.from(encode(document));

    for (let length = 0; length < bytes.length; length++) {
      expect(() => parseRecording(bytes.subarray(0, length), "cbor"), `${length} bytes`).toThrow(RecordingError);
    }
  });
});
