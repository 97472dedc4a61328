import { createSeededRandom, WindowClassifier } from "@windowscope/engine";
import { describe, expect, it } from "vitest";

import type { TrainedImpulse } from "../impulses.ts";
import { createTestStudio } from "../test-studio.ts";
import { createDemoProject, DEMO_INTERVAL_MS } from "./demo-project.ts";
import { KNOWN_MOVEMENTS, simulateMovement, type Movement } from "./motion.ts";

const studio = createTestStudio();
const lines: string[] = [];
const project = await createDemoProject(studio, (line) => lines.push(line));
const { impulse } = studio.impulses.get(project.defaultImpulseId ?? 0) as TrainedImpulse;
const threshold = impulse.anomaly?.threshold ?? NaN;
const random = createSeededRandom(99);

/** Best class and anomaly score of each window of a movement that training has not seen. */
function classifyUnseen(movement: Movement, variant: "float32" | "int8") {
  const windows: { best: string; anomaly: number }[] = [];
  const classifier = new WindowClassifier(impulse, variant);
  const labels = impulse.classifier?.labels ?? [];
  for (let recording = 0; recording < 30; recording++) {
    const values = simulateMovement(movement, { lengthMs: 8_000, intervalMs: DEMO_INTERVAL_MS }, random);
    const readings = Float32Array.from(values.flat());
    const plan = classifier.plan(values.length);
    for (let w = 0; w < plan.count; w++) {
      classifier.classify(readings, w * plan.increaseReadings);
      const best = labels[classifier.scores.indexOf(Math.max(...classifier.scores))] ?? "";
      windows.push({ best, anomaly: classifier.anomalyScore() ?? NaN });
    }
  }
  return windows;
}

function share<T>(items: readonly T[], isCounted: (item: T) => boolean): number {
  return items.filter(isCounted).length / items.length;
}

describe("createDemoProject", () => {
  it("says that it is simulated, and stores what it learnt from", () => {
    expect(project.name).toContain("simulated");
    expect(studio.statistics.summarise(project.id, "training")).toMatchObject({
      count: 240,
      labels: [...KNOWN_MOVEMENTS],
    });
    expect(studio.samples.list(project.id, { category: "training" }, { limit: 1, offset: 0 })).toMatchObject([
      { isSignatureValid: true, deviceType: "WINDOWSCOPE_SIMULATED_BOARD" },
    ]);
    expect(lines.at(-1)).toMatch(/^trained in \d+\.\d s$/);
  });

  it.each(["float32", "int8"] as const)("recognises movements it has not seen, in %s", (variant) => {
    for (const movement of KNOWN_MOVEMENTS) {
      const windows = classifyUnseen(movement, variant);
      const right = share(windows, ({ best }) => best === movement);
      const alarms = share(windows, ({ anomaly }) => anomaly >= threshold);
      console.log(
        `${movement}, ${variant}: ${(100 * right).toFixed(1)} % right, ${(100 * alarms).toFixed(1)} % false anomalies`,
      );

      expect(right, movement).toBeGreaterThan(0.97);
      expect(alarms, movement).toBeLessThan(0.1);
    }
  });

  it("finds the movement that it has not learnt anomalous", () => {
    const found = share(classifyUnseen("shake", "float32"), ({ anomaly }) => anomaly >= threshold);
    console.log(`shake: ${(100 * found).toFixed(1)} % anomalous, from ${threshold} on`);

    expect(found).toBeGreaterThan(0.95);
  });
});
