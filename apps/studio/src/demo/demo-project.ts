import { createSeededRandom } from "@windowscope/engine";

import { BLOCK, USUAL_BLOCKS, type ImpulseDesign } from "../impulses.ts";
import type { LocalStudio } from "../local-studio.ts";
import type { Project } from "../projects.ts";
import { AXES, KNOWN_MOVEMENTS, simulateMovement } from "./motion.ts";
import { packRecording } from "./recording-file.ts";

/** How the demo records: as Studio's motion tutorial does. */
export const DEMO_INTERVAL_MS = 16;

const RECORDINGS_PER_MOVEMENT = 60;
const RECORDING_MS = 8_000;
const SEED = 20_260_101;

const DESIGN: ImpulseDesign = {
  name: "Simulated motion",
  input: {
    axes: AXES,
    frequencyHz: 1000 / DEMO_INTERVAL_MS,
    windowSizeMs: 2_000,
    windowIncreaseMs: 80,
    padZeros: false,
  },
  ...USUAL_BLOCKS,
};

/**
 * Creates the demo project: simulated recordings of four movements in its training set, and an impulse trained on them.
 *
 * Takes a few seconds; `log` hears of it. The project says of itself that it is simulated.
 */
export async function createDemoProject(studio: LocalStudio, log: (line: string) => void): Promise<Project> {
  const project = studio.projects.create(
    "Demo: simulated motion",
    "A program moves a simulated board. No sensor, hand or person was involved in any of these recordings.",
  );
  const count = await simulateTrainingSet(studio, project);
  log(`training the demo impulse on ${count} simulated recordings`);

  const started = Date.now();
  const stored = studio.impulses.addDesign(project.id, DESIGN);
  await studio.train(stored, [BLOCK.classifier, BLOCK.anomaly], () => undefined);
  studio.projects.setDefaultImpulse(project.id, stored.id);
  log(`trained in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return studio.projects.get(project.id) as Project;
}

/** @returns How many recordings there are. */
async function simulateTrainingSet(studio: LocalStudio, { id: projectId, hmacKey }: Project): Promise<number> {
  const random = createSeededRandom(SEED);
  for (const label of KNOWN_MOVEMENTS) {
    for (let n = 0; n < RECORDINGS_PER_MOVEMENT; n++) {
      const values = simulateMovement(label, { lengthMs: RECORDING_MS, intervalMs: DEMO_INTERVAL_MS }, random);
      const file = packRecording(values, { deviceName: "simulation", intervalMs: DEMO_INTERVAL_MS, hmacKey });
      const about = { projectId, category: "training", filename: `${label}.${n}`, label } as const;
      await studio.intake.addRecording(file, { ...about, contentType: "application/cbor" });
    }
  }
  return KNOWN_MOVEMENTS.length * RECORDINGS_PER_MOVEMENT;
}
