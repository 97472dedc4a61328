/** How many windows a second come out of Studio when a recording goes in: upload, classification, result. */
import { classifySample, readClassification } from "@windowscope/sdk";

import { median } from "../median.ts";
import type { Figure } from "../rows.ts";
import { withStudio } from "./measured-studio.ts";
import { DEMO_INTERVAL_MS, createRecording, upload } from "./recording.ts";

const LENGTH_S = 60;

export function measureWholePath(rounds: number, log: (line: string) => void): Promise<Figure[]> {
  return withStudio("demo", async (measured) => {
    const { studio, projectId, hints } = measured;
    const rates: number[] = [];
    // The first one starts threads and compiles code.
    for (let round = -1; round < rounds; round++) {
      const file = createRecording("cbor", (LENGTH_S * 1000) / DEMO_INTERVAL_MS);
      const begin = performance.now();
      const sampleId = await upload(measured, file, { category: "testing", label: "idle" });
      const classified = readClassification(await classifySample(studio, { projectId, sampleId, hints }));
      const windows = [...classified.windows()];
      const seconds = (performance.now() - begin) / 1000;
      if (round < 0) continue;
      rates.push(windows.length / seconds);
      log(`${windows.length} windows of a recording of ${LENGTH_S} s in ${(seconds * 1000).toFixed(0)} ms`);
    }
    return [{ row: `recording of ${LENGTH_S} s, from upload to result`, value: median(rates), unit: "windows per s" }];
  });
}
