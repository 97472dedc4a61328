/**
 * Audio as WAV files: PCM of 8 to 32 bits and floats, with any number of channels.
 *
 * Readings are on the scale of 16-bit audio, -32768 to 32767, whatever the file's own width is: that is what Studio keeps,
 * and what blocks for audio expect.
 */
import { MOST_AXES, MOST_VALUES, RecordingError, UNSIGNED, UPLOADER_DEVICE_TYPE, type Recording } from "./recording.ts";

const PCM = 1;
const FLOAT = 3;
/** The real format stands further on in the chunk. */
const EXTENSIBLE = 0xfffe;

interface Layout {
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
  readonly isFloat: boolean;
}

/**
 * Reads a WAV file. The first channel becomes the axis `audio`, further ones `audio2`, `audio3` and so on.
 *
 * A file that ends too soon gives the readings that are there, as audio programs do: a recorder that lost its power has
 * not written the length.
 *
 * @throws {RecordingError} naming the first thing that is wrong.
 */
export function parseWav(bytes: Buffer): Recording {
  if (bytes.toString("latin1", 0, 4) !== "RIFF" || bytes.toString("latin1", 8, 12) !== "WAVE") {
    throw broken("it does not begin with RIFF and WAVE");
  }
  const chunks = findChunks(bytes);
  if (!chunks.format) throw broken("it has no fmt chunk");
  if (!chunks.data) throw broken("it has no data chunk");
  const layout = readLayout(chunks.format);
  return {
    deviceName: undefined,
    deviceType: UPLOADER_DEVICE_TYPE,
    intervalMs: 1000 / layout.sampleRate,
    sensors: Array.from({ length: layout.channels }, (_, i) => ({
      name: i === 0 ? "audio" : `audio${i + 1}`,
      units: "wav",
    })),
    values: readSamples(chunks.data, layout),
    signature: UNSIGNED,
  };
}

/**
 * Writes one axis as a mono WAV file of 16 bits.
 *
 * Values are rounded to whole numbers, and those beyond -32768 and 32767 become these; nothing is scaled, so that audio
 * comes out as it went in. The rate is rounded to whole hertz, 1 at least, as the format has it.
 *
 * @param values On the scale of 16-bit audio. Shape `[n]`.
 */
export function writeWav(values: ArrayLike<number>, intervalMs: number): Buffer {
  const sampleRate = Math.min(0xffffffff, Math.max(1, Math.round(1000 / intervalMs)));
  const bytes = Buffer.alloc(44 + values.length * 2);
  bytes.write("RIFF", 0, "latin1");
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write("WAVEfmt ", 8, "latin1");
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(PCM, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(Math.min(0xffffffff, sampleRate * 2), 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36, "latin1");
  bytes.writeUInt32LE(values.length * 2, 40);
  for (let i = 0; i < values.length; i++) {
    const rounded = Math.round(values[i] as number);
    bytes.writeInt16LE(Math.max(-32768, Math.min(32767, rounded)), 44 + i * 2);
  }
  return bytes;
}

/** The two chunks that matter, in whatever order; the first one of each. */
function findChunks(bytes: Buffer): { format?: Buffer; data?: Buffer } {
  const found: { format?: Buffer; data?: Buffer } = {};
  let at = 12;
  while (at + 8 <= bytes.length) {
    const id = bytes.toString("latin1", at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    // A length beyond the end of the file is cut here.
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (id === "fmt ") found.format ??= body;
    if (id === "data") found.data ??= body;
    // Chunks begin at even places.
    at += 8 + length + (length % 2);
  }
  return found;
}

function readLayout(chunk: Buffer): Layout {
  if (chunk.length < 16) throw broken("its fmt chunk is cut off");
  const tag = chunk.readUInt16LE(0);
  if (tag === EXTENSIBLE && chunk.length < 26) throw broken("its fmt chunk is cut off");
  const encoding = tag === EXTENSIBLE ? chunk.readUInt16LE(24) : tag;
  const channels = chunk.readUInt16LE(2);
  const sampleRate = chunk.readUInt32LE(4);
  const bits = chunk.readUInt16LE(14);
  if (channels < 1 || channels > MOST_AXES) throw broken(`it has ${channels} channels; 1 to ${MOST_AXES} are taken`);
  if (sampleRate < 1) throw broken("its sample rate is 0");
  const isKnown =
    (encoding === PCM && [8, 16, 24, 32].includes(bits)) || (encoding === FLOAT && [32, 64].includes(bits));
  if (!isKnown) {
    throw broken(`its encoding is ${encoding} with ${bits} bits; PCM of 8, 16, 24, 32 and floats of 32, 64 are taken`);
  }
  return { channels, sampleRate, bits, isFloat: encoding === FLOAT };
}

function readSamples(data: Buffer, layout: Layout): Float64Array {
  const { channels, bits } = layout;
  const width = bits / 8;
  const count = Math.floor(data.length / (width * channels)) * channels;
  if (count === 0) throw broken("it has no sample");
  if (count > MOST_VALUES) throw broken(`it has more than ${MOST_VALUES} samples`);
  const read = sampleReader(data, layout);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const value = read(i * width);
    if (!Number.isFinite(value)) throw broken(`sample ${i} is not a finite number`);
    values[i] = value;
  }
  return values;
}

function sampleReader(data: Buffer, { bits, isFloat }: Layout): (at: number) => number {
  if (isFloat) {
    return bits === 32 ? (at) => data.readFloatLE(at) * 32767 : (at) => data.readDoubleLE(at) * 32767;
  }
  switch (bits) {
    case 8:
      // The only unsigned width.
      return (at) => (data.readUInt8(at) - 128) * 256;
    case 16:
      return (at) => data.readInt16LE(at);
    case 24:
      return (at) => data.readIntLE(at, 3) / 256;
    default:
      return (at) => data.readInt32LE(at) / 65536;
  }
}

function broken(reason: string): RecordingError {
  return new RecordingError(`Could not parse this WAV file: ${reason}`);
}
