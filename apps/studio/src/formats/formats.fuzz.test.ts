import { createSeededRandom } from "@windowscope/engine";
import { encode } from "cbor-x";
import { describe, expect, it } from "vitest";

import { documentedJson, documentedRecording } from "./documented-recording.ts";
import type { FileFormat } from "./file-format.ts";
import { mutate } from "./mutate.ts";
import { parseAs, parseFile } from "./parse-file.ts";
import { RecordingError } from "./recording.ts";
import { writeWav } from "./wav.ts";

const CASES = 2_200;
const LONGEST_MS = 1_000;
const MOST_MEMORY_KB = 500_000;

const binary = Buffer.concat([
  encode({
    protected: { alg: "none" },
    signature: "0".repeat(64),
    payload: { interval_ms: 1, sensors: [{ name: "audio", units: "wav" }], values: ["Ref-Binary-i16 "] },
  }),
  Buffer.of(0xff),
  Buffer.alloc(400, 1),
]);

const table = ["timestamp,accX,accY", ...Array.from({ length: 50 }, (_, i) => `${i * 10},${i / 7},"${-i}"`)].join("\n");

const seeds: readonly { format: FileFormat; valid: readonly Buffer[] }[] = [
  { format: "json", valid: [documentedJson()] },
  { format: "cbor", valid: [Buffer.from(encode(documentedRecording)), binary] },
  { format: "csv", valid: [Buffer.from(table), Buffer.from(table.replaceAll(",", ";")), Buffer.from("a,b\n1,2")] },
  {
    format: "wav",
    valid: [
      writeWav(
        Float64Array.from({ length: 200 }, (_, i) => i * 100),
        0.0625,
      ),
    ],
  },
];

/** Whether broken bytes make a recording; anything but a recording or a reason for people is a failure. */
function isRecording(format: FileFormat, bytes: Buffer): boolean {
  try {
    const { values, sensors, intervalMs } = parseAs(format, bytes);
    expect(values.length).toBeGreaterThan(0);
    expect(values.length % sensors.length).toBe(0);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(intervalMs).toBeGreaterThan(0);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(RecordingError);
    return false;
  }
}

describe("parseAs", () => {
  it.each(seeds)(
    `answers ${CASES} broken $format files with a recording or a reason, fast and in little memory`,
    ({ format, valid }) => {
      const random = createSeededRandom(20_261_121);
      const memoryBeforeKb = process.resourceUsage().maxRSS;
      const counts = { recordings: 0, reasons: 0 };
      for (const bytes of valid) expect(isRecording(format, bytes)).toBe(true);

      for (let i = 0; i < CASES; i++) {
        const bytes = mutate(valid[i % valid.length] as Buffer, random);
        const started = performance.now();
        counts[isRecording(format, bytes) ? "recordings" : "reasons"]++;
        expect(performance.now() - started, `case ${i}`).toBeLessThan(LONGEST_MS);
      }

      // Both happen, or else the changes were too coarse or too fine to try anything.
      expect(Math.min(counts.recordings, counts.reasons)).toBeGreaterThan(CASES / 50);
      expect(process.resourceUsage().maxRSS - memoryBeforeKb).toBeLessThan(MOST_MEMORY_KB);
    },
  );
});

describe("parseFile", () => {
  it("answers broken files of any name with a recording or a reason", () => {
    const random = createSeededRandom(7);
    const all = seeds.flatMap(({ valid }) => valid);

    for (let i = 0; i < 700; i++) {
      const name = ["a.json", "a.cbor", "a.csv", "a.txt", "a.wav", "a", "a.png"][
        Math.floor(random.uniform() * 7)
      ] as string;
      const bytes = mutate(all[i % all.length] as Buffer, random);
      try {
        parseFile(bytes, { name, contentType: "application/octet-stream" });
      } catch (error) {
        expect(error).toBeInstanceOf(RecordingError);
      }
    }
  });
});
