/**
 * A client of the Edge Impulse Studio API that hides whether an answer took a job.
 *
 * It is the only code that knows Studio's paths. It never writes the API key anywhere but into the request header.
 */
export { classifySample, type ClassifyRequest } from "./classify.ts";
export {
  isTransient,
  StudioAnswerError,
  StudioAuthenticationError,
  StudioError,
  StudioJobError,
  StudioRefusedError,
  StudioUnreachableError,
} from "./errors.ts";
export { connectJobSocket, type JobSocketLike } from "./job-socket.ts";
export { waitForJob, type JobHints, type JobWait } from "./jobs.ts";
export { createStudio, type Studio, type StudioOptions, type StudioRequest } from "./studio.ts";
export { newestSampleId, watchSamples, type SampleWatch } from "./watch-samples.ts";
export { ANOMALY, NO_ANOMALY, UNCERTAIN, type ClassifiedSample, type ClassifiedWindow } from "./windows.ts";
