/**
 * Where the operations stand that the helpers call, one constant each, so that a bundle holds only those that it needs.
 *
 * Their types are those of the operation table, which is generated: one that says something else does not compile.
 */
import type { OperationId, operationTable } from "./api-types.ts";

type Table = typeof operationTable;

/** Method and path of an operation, and how to treat it. */
export interface Route<K extends OperationId> {
  readonly operation: K;
  readonly method: Table[K]["method"];
  readonly path: Table[K]["path"];
  /** It only reads, so sending it twice does no harm. */
  readonly isSafe: Table[K]["isSafeToRetry"];
  /** Absent for JSON. */
  readonly form?: "text" | "bytes" | undefined;
}

export const classifySampleV2: Route<"classifySampleV2"> = {
  operation: "classifySampleV2",
  method: "post",
  path: "/api/{projectId}/classify/v2/{sampleId}",
  isSafe: true,
};

export const classifySampleByLearnBlockV2: Route<"classifySampleByLearnBlockV2"> = {
  operation: "classifySampleByLearnBlockV2",
  method: "post",
  path: "/api/{projectId}/classify/anomaly-gmm/v2/{blockId}/{sampleId}",
  isSafe: true,
};

export const classifySampleForVariants: Route<"classifySampleForVariants"> = {
  operation: "classifySampleForVariants",
  method: "post",
  path: "/api/{projectId}/classify/v2/{sampleId}/variants",
  isSafe: true,
};

export const getJobStatus: Route<"getJobStatus"> = {
  operation: "getJobStatus",
  method: "get",
  path: "/api/{projectId}/jobs/{jobId}/status",
  isSafe: true,
};

export const getJobsLogs: Route<"getJobsLogs"> = {
  operation: "getJobsLogs",
  method: "get",
  path: "/api/{projectId}/jobs/{jobId}/stdout",
  isSafe: true,
};

export const cancelJobRoute: Route<"cancelJob"> = {
  operation: "cancelJob",
  method: "post",
  path: "/api/{projectId}/jobs/{jobId}/cancel",
  isSafe: false,
};

export const getSocketToken: Route<"getSocketToken"> = {
  operation: "getSocketToken",
  method: "get",
  path: "/api/{projectId}/socket-token",
  isSafe: true,
};

export const startClassifyJob: Route<"startClassifyJob"> = {
  operation: "startClassifyJob",
  method: "post",
  path: "/api/{projectId}/jobs/classify",
  isSafe: false,
};

export const getClassifyJobResult: Route<"getClassifyJobResult"> = {
  operation: "getClassifyJobResult",
  method: "get",
  path: "/api/{projectId}/classify/all/result",
  isSafe: true,
};

export const listSamples: Route<"listSamples"> = {
  operation: "listSamples",
  method: "get",
  path: "/api/{projectId}/raw-data",
  isSafe: true,
};

export const getProjectLastModificationDate: Route<"getProjectLastModificationDate"> = {
  operation: "getProjectLastModificationDate",
  method: "get",
  path: "/api/{projectId}/last-modification",
  isSafe: true,
};
