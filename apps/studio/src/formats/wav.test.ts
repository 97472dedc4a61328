import { readFileSync } from "node:fs";

import { referencePath } from "@windowscope/engine/reference-data";
import { describe, expect, it } from "vitest";

import { readingCount, RecordingError } from "./recording.ts";
import { parseWav, writeWav } from "./wav.ts";

function chunk(id: string, body: Buffer, length = body.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, "latin1");
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

function format({ encoding = 1, channels = 1, rate = 16_000, bits = 16, isExtensible = false } = {}): Buffer {
  const body = Buffer.alloc(isExtensible ? 40 : 16);
  body.writeUInt16LE(isExtensible ? 0xfffe : encoding, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(rate, 4);
  body.writeUInt16LE(bits, 14);
  if (isExtensible) body.writeUInt16LE(encoding, 24);
  return chunk("fmt ", body);
}

function wav(...chunks: Buffer[]): Buffer {
  return chunk("RIFF", Buffer.concat([Buffer.from("WAVE"), ...chunks]));
}

describe("parseWav", () => {
  it.each([
    { what: "8 bits", bits: 8, data: Buffer.of(0, 128, 255), values: [-32768, 0, 32512] },
    { what: "16 bits", bits: 16, data: Buffer.of(0, 0x80, 0xff, 0x7f), values: [-32768, 32767] },
    { what: "24 bits", bits: 24, data: Buffer.of(0, 0, 0x80, 0, 1, 0, 0x80, 0, 0), values: [-32768, 1, 0.5] },
    { what: "32 bits", bits: 32, data: Buffer.of(0, 0, 0, 0x80, 0, 0, 2, 0), values: [-32768, 2] },
    {
      what: "floats",
      encoding: 3,
      bits: 32,
      data: Buffer.from(Float32Array.of(-1, 0.5).buffer),
      values: [-32767, 16383.5],
    },
    { what: "doubles", encoding: 3, bits: 64, data: Buffer.from(Float64Array.of(1, 0).buffer), values: [32767, 0] },
  ])("brings $what to the scale of 16-bit audio, extensible or not", ({ encoding, bits, data, values }) => {
    for (const isExtensible of [false, true]) {
      const recording = parseWav(wav(format({ encoding, bits, isExtensible }), chunk("data", data)));

      expect(recording).toMatchObject({ intervalMs: 0.0625, sensors: [{ name: "audio", units: "wav" }] });
      expect(recording.values).toEqual(Float64Array.from(values));
    }
  });

  it("makes an axis of each channel", () => {
    const recording = parseWav(wav(format({ channels: 2 }), chunk("data", Buffer.of(1, 0, 2, 0, 3, 0, 4, 0))));

    expect(recording.sensors.map(({ name }) => name)).toEqual(["audio", "audio2"]);
    expect(recording.values).toEqual(Float64Array.of(1, 2, 3, 4));
  });

  it("finds its chunks in any order, between others of odd length", () => {
    const bytes = wav(
      chunk("LIST", Buffer.alloc(3)),
      chunk("data", Buffer.of(5, 0)),
      chunk("odd ", Buffer.alloc(1)),
      format(),
    );

    expect(parseWav(bytes).values).toEqual(Float64Array.of(5));
  });

  it.each([
    { what: "was cut off", length: 1000 },
    { what: "never learnt its length", length: 0xffffffff },
  ])("gives the readings that are there when the file $what", ({ length }) => {
    const bytes = wav(format(), chunk("data", Buffer.of(1, 0, 2, 0, 3, 0), length));

    expect(parseWav(bytes.subarray(0, -1)).values).toEqual(Float64Array.of(1, 2));
  });

  it("reads a real file of floats", ({ skip }) => {
    const recording = parseWav(readFileSync(referencePath(skip, "formats", "hadouken.01.wav")));

    expect({ hz: 1000 / recording.intervalMs, count: readingCount(recording) }).toEqual({ hz: 44_100, count: 44_100 });
    expect(Math.max(...recording.values)).toBeLessThanOrEqual(32767);
    expect(Math.max(...recording.values)).toBeGreaterThan(1000);
  });

  it.each([
    { what: "no WAV", bytes: Buffer.from("RIFF----AVI "), message: "does not begin with RIFF and WAVE" },
    { what: "no format", bytes: wav(chunk("data", Buffer.alloc(2))), message: "no fmt chunk" },
    { what: "no data", bytes: wav(format()), message: "no data chunk" },
    { what: "no sample", bytes: wav(format(), chunk("data", Buffer.alloc(1))), message: "no sample" },
    {
      what: "a compressed encoding",
      bytes: wav(format({ encoding: 85 }), chunk("data", Buffer.alloc(2))),
      message: "its encoding is 85",
    },
    { what: "12 bits", bytes: wav(format({ bits: 12 }), chunk("data", Buffer.alloc(2))), message: "1 with 12 bits" },
    { what: "no channel", bytes: wav(format({ channels: 0 }), chunk("data", Buffer.alloc(2))), message: "0 channels" },
    {
      what: "a rate of 0",
      bytes: wav(format({ rate: 0 }), chunk("data", Buffer.alloc(2))),
      message: "sample rate is 0",
    },
    {
      what: "NaN",
      bytes: wav(format({ encoding: 3, bits: 32 }), chunk("data", Buffer.from(Float32Array.of(0, NaN).buffer))),
      message: "sample 1 is not a finite number",
    },
  ])("refuses $what", ({ bytes, message }) => {
    expect(() => parseWav(bytes)).toThrow(RecordingError);
    expect(() => parseWav(bytes)).toThrow(message);
  });
});

describe("writeWav", () => {
  it("writes what parseWav reads", () => {
    const values = [0, 1, -1, 32767, -32768];

    expect(parseWav(writeWav(values, 0.0625))).toMatchObject({ intervalMs: 0.0625, values: Float64Array.from(values) });
  });

  it("rounds to whole numbers and clips what is too loud", () => {
    expect(parseWav(writeWav([1.4, 1.6, 40_000, -40_000], 1)).values).toEqual(Float64Array.of(1, 2, 32767, -32768));
  });

  it("writes a rate of 1 Hz at least", () => {
    expect(parseWav(writeWav([1], 60_000)).intervalMs).toBe(1000);
  });
});
