import { createReadStream } from "node:fs";
import { Readable } from "node:stream";

import { writeWav } from "../formats/wav.ts";
import type { LocalStudio } from "../local-studio.ts";
import { RefusedError, type Handlers } from "./handlers.ts";
import { lookups } from "./lookups.ts";

/** Units of an axis that is sound. */
const AUDIO = "wav";

/** Serves samples as files. */
export function sampleFileHandlers(studio: LocalStudio): Handlers {
  const { findSample } = lookups(studio);

  return {
    getSampleAsRaw: ({ project, path }) => {
      const file = createReadStream(studio.files.pathOf(findSample(project, path.sampleId).file));
      return new Response(Readable.toWeb(file) as ReadableStream, {
        headers: { "content-type": "application/octet-stream" },
      });
    },

    getSampleAsAudio: async ({ project, path, query }) => {
      const sample = findSample(project, path.sampleId);
      const { sensors, valuesCount, intervalMs } = sample;
      const { axisIx, sliceStart: from = 0, sliceEnd: to = valuesCount } = query;
      const sensor = sensors[axisIx];
      if (!sensor) throw new RefusedError(`There is no axis ${axisIx} among the ${sensors.length} of this sample.`);
      if (sensor.units !== AUDIO) throw new RefusedError(`The axis ${sensor.name} of this sample is no audio.`);
      if (from < 0 || from >= to || from >= valuesCount) {
        throw new RefusedError(`Readings ${from} to ${to} are not within the ${valuesCount} that there are.`);
      }
      const { values } = await studio.readSample(sample);
      const count = Math.min(to, valuesCount) - from;
      const axis = Float64Array.from(
        { length: count },
        (_, i) => values[(from + i) * sensors.length + axisIx] as number,
      );
      return new Response(new Uint8Array(writeWav(axis, intervalMs)), {
        headers: { "content-type": "audio/wav", "accept-ranges": "bytes" },
      });
    },

    getSampleAsImage: ({ project, path }) => {
      findSample(project, path.sampleId);
      throw new RefusedError("This sample is no image.");
    },

    getSampleAsVideo: ({ project, path }) => {
      findSample(project, path.sampleId);
      throw new RefusedError("This sample is no video.");
    },
  };
}
