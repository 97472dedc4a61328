import type { QueryOf } from "@windowscope/sdk/api-types";

import type { LocalStudio } from "../local-studio.ts";
import type { SampleFilter } from "../samples.ts";
import { RefusedError, type Handlers } from "./handlers.ts";
import { lookups } from "./lookups.ts";
import { parseFilterCategory, parsePage, parseTexts } from "./parameters.ts";
import { rawSampleJson, sampleJson, sliceJson } from "./sample-json.ts";

/** Serves the samples of a project. */
export function sampleHandlers(studio: LocalStudio): Handlers {
  const { samples } = studio;
  const { findImpulse, findSample } = lookups(studio);

  return {
    listSamples: ({ project, query }) => {
      const filter = parseFilter(query);
      return {
        samples: samples
          .list(project.id, filter, parsePage(query))
          .map((sample) => sampleJson(sample, project, { excludeSensors: query.excludeSensors })),
        totalCount: samples.count(project.id, filter),
      };
    },

    countSamples: ({ project, query }) => ({ count: samples.count(project.id, parseFilter(query)) }),

    getSample: ({ project, path, query }) => {
      const sample = findSample(project, path.sampleId);
      return rawSampleJson(sample, project, samples.read(sample), query.limitPayloadValues);
    },

    getSampleSlice: ({ project, path, query }) => {
      const sample = findSample(project, path.sampleId);
      const { valuesCount, intervalMs } = sample;
      const { sliceStart: from, sliceEnd, impulseId } = query;
      const windowMs = () => findImpulse(project, impulseId).impulse.input.windowSizeMs;
      const to = sliceEnd ?? from + Math.round(windowMs() / intervalMs);
      if (from < 0 || from >= to || from >= valuesCount) {
        throw new RefusedError(`Readings ${from} to ${to} are not within the ${valuesCount} that there are.`);
      }
      return sliceJson(sample, project, samples.read(sample), from, to);
    },

    getSampleAsRaw: ({ project, path }) => {
      const bytes = samples.readFile(findSample(project, path.sampleId));
      return new Response(new Uint8Array(bytes), { headers: { "content-type": "application/octet-stream" } });
    },
  };
}

function parseFilter(query: NonNullable<QueryOf<"countSamples">>): SampleFilter {
  const { category, labels, filename, minId, maxId } = query;
  return {
    category: parseFilterCategory(category),
    labels: labels === undefined ? undefined : parseTexts("labels", labels),
    filename,
    minId,
    maxId,
  };
}
