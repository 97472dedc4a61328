/** For tests: a folder of simulated recordings, as somebody has it who recorded them. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { createSeededRandom } from "@windowscope/engine";

import { DEMO_INTERVAL_MS } from "./demo-project.ts";
import { KNOWN_MOVEMENTS, simulateMovement } from "./motion.ts";
import { packRecording } from "./recording-file.ts";

/**
 * Writes recordings of 8 s of every known movement into `training/` and `testing/`, named `idle.0.cbor` and so on.
 *
 * @returns How many files there are in each.
 */
export function writeDemoFolder(
  folder: string,
  { training, testing }: { readonly training: number; readonly testing: number },
): { readonly training: number; readonly testing: number } {
  const random = createSeededRandom(7);
  for (const [category, count] of Object.entries({ training, testing })) {
    mkdirSync(path.join(folder, category), { recursive: true });
    for (const label of KNOWN_MOVEMENTS) {
      for (let n = 0; n < count; n++) {
        const values = simulateMovement(label, { lengthMs: 8_000, intervalMs: DEMO_INTERVAL_MS }, random);
        const file = packRecording(values, {
          deviceName: "board",
          intervalMs: DEMO_INTERVAL_MS,
          hmacKey: "0".repeat(32),
        });
        writeFileSync(path.join(folder, category, `${label}.${n}.cbor`), file);
      }
    }
  }
  return { training: training * KNOWN_MOVEMENTS.length, testing: testing * KNOWN_MOVEMENTS.length };
}
