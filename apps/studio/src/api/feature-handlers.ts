import type { FeatureDesign } from "../classify.ts";
import { npyHeader } from "../formats/npy.ts";
import { ClassifyError } from "../impulse-readings.ts";
import { processingBlockId, type StoredImpulse } from "../impulses.ts";
import type { LocalStudio } from "../local-studio.ts";
import type { Project } from "../projects.ts";
import type { Sample } from "../samples.ts";
import { RefusedError, type Handlers } from "./handlers.ts";
import { featureNamesOf } from "./learn-json.ts";
import { lookups } from "./lookups.ts";
import { parseCategory } from "./parameters.ts";
import { windowPlaces } from "./window-places.ts";

/** More numbers than this in one file are refused: 200 MB. */
const MOST_NUMBERS = 50_000_000;

/** Serves the features of the default impulse. */
export function featureHandlers(studio: LocalStudio): Handlers {
  const { samples, statistics } = studio;
  const { findImpulse, findSample } = lookups(studio);

  /** The default impulse, and what has to be known of it to compute the features of one processing block. */
  function findWithBlock(project: Project, dspId: number): { stored: StoredImpulse; design: FeatureDesign } {
    const stored = findImpulse(project);
    const { name, input, blocks } = stored.design;
    const block = blocks.find((_, place) => processingBlockId(place) === dspId);
    if (block) return { stored, design: { name, input, blocks: [block] } };
    throw new RefusedError(`No DSP block found with ID ${dspId}`);
  }

  /** `undefined` when the sample does not fit the impulse. */
  async function tryFeatures(sample: Sample, design: FeatureDesign) {
    try {
      return await studio.extractFeatures(sample, design);
    } catch (error) {
      if (error instanceof ClassifyError) return undefined;
      throw error;
    }
  }

  return {
    getDspFeatureLabels: ({ project, path }) => ({
      labels: featureNamesOf(findWithBlock(project, path.dspId).design),
    }),

    dspGetFeaturesForSample: async ({ project, path }) => {
      const { stored, design } = findWithBlock(project, path.dspId);
      const sample = findSample(project, path.sampleId);
      const labels = stored.impulse?.classifier?.labels ?? statistics.summarise(project.id, "training").labels;
      try {
        const { featureCount, values } = await studio.extractFeatures(sample, design);
        const placeOf = windowPlaces(sample, design.input);
        const totalSampleCount = values.length / featureCount;
        return {
          totalSampleCount,
          data: Array.from({ length: totalSampleCount }, (_, w) => {
            const { label, startMs, endMs } = placeOf(w);
            return {
              X: [...values.subarray(w * featureCount, (w + 1) * featureCount)],
              // From 1 on; 0 is a label that the impulse does not know.
              y: labels.indexOf(label) + 1,
              yLabel: label,
              sample: { id: sample.id, name: sample.filename, startMs, endMs },
            };
          }),
          skipFirstFeatures: 0,
        };
      } catch (error) {
        if (error instanceof ClassifyError) throw new RefusedError(error.message);
        throw error;
      }
    },

    // As with the test set, samples that do not fit the impulse are left out.
    downloadDspData: async ({ project, path, query }) => {
      const { design } = findWithBlock(project, path.dspId);
      // What is learnt from has the step of training.
      const input = { ...design.input, classificationWindowIncreaseMs: design.input.windowIncreaseMs };
      if (query.raw) throw new RefusedError('The local Studio has features to download; leave "raw" out.');
      const filter = { category: parseCategory(path.category), isDisabled: false };
      const list = samples.list(project.id, filter, { limit: -1, offset: 0 }).reverse();
      const parts: Float32Array[] = [];
      let [numbers, columns] = [0, 0];
      for (const sample of list) {
        const found = await tryFeatures(sample, { ...design, input });
        if (!found) continue;
        numbers += found.values.length;
        columns = found.featureCount;
        if (numbers > MOST_NUMBERS) {
          throw new RefusedError(
            `There are more than ${MOST_NUMBERS} features. Disable samples, or lengthen the step.`,
          );
        }
        parts.push(Float32Array.from(found.values));
      }
      const body = new Blob([npyHeader(columns === 0 ? 0 : numbers / columns, columns), ...parts.map(toBytes)]);
      return new Response(body, { headers: { "content-type": "application/octet-stream" } });
    },
  };
}

function toBytes({ buffer }: Float32Array): ArrayBuffer {
  // Every platform that Node runs on is little-endian, as the file is.
  return buffer as ArrayBuffer;
}
