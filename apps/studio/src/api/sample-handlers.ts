import type { LocalStudio } from "../local-studio.ts";
import { RefusedError, type Handlers } from "./handlers.ts";
import { lookups } from "./lookups.ts";
import { parsePage } from "./parameters.ts";
import { parseSampleFilter } from "./sample-query.ts";
import { rawSampleJson, sampleJson, sliceJson, withShownSpans } from "./sample-json.ts";

/** Serves the samples of a project. */
export function sampleHandlers(studio: LocalStudio): Handlers {
  const { samples } = studio;
  const { findImpulse, findSample } = lookups(studio);

  return {
    listSamples: ({ project, query }) => {
      const filter = parseSampleFilter(query.category, query);
      const { limit, offset } = parsePage(query);
      const page = samples.list(project.id, filter, { limit, offset, isRandom: query.sortBy === "random" });
      // A page that could hold more is the last one, and nothing has to be searched twice.
      const isLast = page.length < limit && (page.length > 0 || offset === 0);
      return {
        samples: page.map((sample) => sampleJson(withShownSpans(sample, query), project, query)),
        totalCount: isLast ? offset + page.length : samples.count(project.id, filter),
      };
    },

    countSamples: ({ project, query }) => ({
      count: samples.count(project.id, parseSampleFilter(query.category, query)),
    }),

    getSample: async ({ project, path, query }) => {
      const sample = withShownSpans(findSample(project, path.sampleId), query);
      return rawSampleJson(sample, project, await studio.readSample(sample), query.limitPayloadValues);
    },

    getSampleSlice: async ({ project, path, query }) => {
      const sample = withShownSpans(findSample(project, path.sampleId), query);
      const { valuesCount, intervalMs } = sample;
      const { sliceStart: from, sliceEnd, impulseId } = query;
      const windowMs = () => findImpulse(project, impulseId).design.input.windowSizeMs;
      const to = sliceEnd ?? from + Math.round(windowMs() / intervalMs);
      if (from < 0 || from >= to || from >= valuesCount) {
        throw new RefusedError(`Readings ${from} to ${to} are not within the ${valuesCount} that there are.`);
      }
      return sliceJson(sample, project, await studio.readSample(sample), from, to);
    },

    getUncroppedDownsampledSample: async ({ project, path, query }) => {
      const sample = withShownSpans(findSample(project, path.sampleId), query);
      const { storedCount } = sample;
      const { zoomStart: from = 0, zoomEnd: to = storedCount, limitPayloadValues } = query;
      if (from < 0 || from >= to || from >= storedCount) {
        throw new RefusedError(`Readings ${from} to ${to} are not within the ${storedCount} that there are.`);
      }
      const whole = await studio.readSample({ ...sample, cropStart: 0, valuesCount: storedCount });
      return sliceJson(sample, project, whole, from, to, limitPayloadValues);
    },
  };
}
