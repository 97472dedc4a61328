import type { LocalStudio } from "../local-studio.ts";
import { classifyHandlers } from "./classify-handlers.ts";
import { deviceHandlers, type Board } from "./device-handlers.ts";
import { featureHandlers } from "./feature-handlers.ts";
import type { Handlers } from "./handlers.ts";
import { impulseHandlers } from "./impulse-handlers.ts";
import { inferenceHistoryHandlers } from "./inference-history-handlers.ts";
import { jobHandlers } from "./job-handlers.ts";
import { learnHandlers } from "./learn-handlers.ts";
import { projectHandlers, type Surroundings } from "./project-handlers.ts";
import { sampleEditHandlers } from "./sample-edit-handlers.ts";
import { sampleFileHandlers } from "./sample-file-handlers.ts";
import { sampleHandlers } from "./sample-handlers.ts";
import { trainingHandlers } from "./training-handlers.ts";

/** Serves the operations of the API document from a local Studio. */
export function studioHandlers(studio: LocalStudio, outside: Surroundings & Board): Handlers {
  return {
    ...projectHandlers(studio, outside),
    ...deviceHandlers(studio, outside),
    ...inferenceHistoryHandlers(studio),
    ...sampleHandlers(studio),
    ...sampleFileHandlers(studio),
    ...sampleEditHandlers(studio),
    ...classifyHandlers(studio),
    ...impulseHandlers(studio),
    ...learnHandlers(studio),
    ...featureHandlers(studio),
    ...trainingHandlers(studio),
    ...jobHandlers(studio),
  };
}
