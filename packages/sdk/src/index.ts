/**
 * A client of the Edge Impulse Studio API that hides whether an answer took a job.
 *
 * It is the only code that knows Studio's paths. It never writes the API key anywhere but into the request header.
 *
 * @module
 */
export { ANOMALY, NO_ANOMALY, NO_OBJECT, UNCERTAIN, type BlockKind, type Box } from "./block-windows.ts";
export { readClassification, readVariants, type ClassifiedSample, type ClassifiedWindow } from "./classification.ts";
export { classifyWindows, classifyWindowsByBlock } from "./classify-windows.ts";
export {
  classifySample,
  classifySampleByBlock,
  classifySampleForVariants,
  type ClassifyRequest,
  type ModelVariant,
} from "./classify.ts";
export {
  isTransient,
  JobFailedError,
  NotTrainedError,
  ResultMissingError,
  StudioAnswerError,
  StudioAuthenticationError,
  StudioError,
  StudioNotFoundError,
  StudioRefusedError,
  StudioStatusError,
  StudioTimeoutError,
  StudioUnreachableError,
  type CallDetails,
} from "./errors.ts";
export { connectJobSocket, type JobSocketLike } from "./job-socket.ts";
export { cancelJob, waitForJob, type JobHints, type JobNews, type JobWait } from "./jobs.ts";
export { scoreKMeans } from "./kmeans.ts";
export { readItems, type ItemOf, type PagedOperation } from "./pages.ts";
export type { Route } from "./routes.ts";
export { createStudio, type Studio } from "./studio.ts";
export { classifyTestSet, startTestSetJob, type ClassifiedTestSet, type TestSetRequest } from "./test-set.ts";
export { newestSampleId, watchSamples, type SampleWatch } from "./watch-samples.ts";
export {
  createTransport,
  type RequestArgument,
  type RequestReport,
  type StudioOptions,
  type StudioRequest,
  type Transport,
} from "./transport.ts";
export { uploadRecording, type Ingestion, type UploadedSample, type UploadRequest } from "./upload-recording.ts";
