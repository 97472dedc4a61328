import type { TestPrediction } from "@windowscope/protocol";

import {
  answerOf,
  client,
  NO_ANSWER,
  RefusedError,
  startRun,
  type Category,
  type ProjectDetails,
  type Variant,
} from "../api.ts";

export interface RecordingRequest {
  readonly label: string;
  readonly lengthMs: number;
  readonly frequencyHz?: number | undefined;
  readonly sensor?: string | undefined;
  readonly category: Category;
}

export interface NewestSample {
  readonly sampleId: number;
  readonly name: string;
}

/** What the page asks the server to do. Each throws `RefusedError`. */
export interface TasksApi {
  readProject(projectId: number): Promise<ProjectDetails>;
  /** @returns `undefined` where the category is empty. */
  readNewestSample(projectId: number, category: Category): Promise<NewestSample | undefined>;
  startTestRun(
    projectId: number,
    wanted: { variant?: Variant | undefined; impulseId?: number | undefined },
  ): Promise<string>;
  cancelTestRun(projectId: number, testRunId: string): Promise<void>;
  readPredictions(
    projectId: number,
    testRunId: string,
    wanted: {
      limit: number;
      after?: number | undefined;
      expected?: string | undefined;
      predicted?: string | undefined;
    },
  ): Promise<{ readonly predictions: readonly TestPrediction[]; readonly next?: number | undefined }>;
  startRecording(projectId: number, deviceId: string, wanted: RecordingRequest): Promise<string>;
  cancelRecording(recordingId: string): Promise<void>;
  /** Classifies a sample. @returns The run; the same one while it is under way. */
  startRun(wanted: {
    projectId: number;
    sampleId: number;
    variant?: Variant | undefined;
    impulseId?: number | undefined;
  }): Promise<string>;
  /** @param onProgress Share that has been sent, 0 to 1. @returns The run that classifies the new sample. */
  uploadSample(
    projectId: number,
    file: File,
    wanted: { label?: string | undefined; category: Category },
    onProgress: (share: number) => void,
    signal: AbortSignal,
  ): Promise<string>;
}

export const tasksApi: TasksApi = {
  async readProject(projectId) {
    return answerOf(client.GET("/projects/{projectId}", { params: { path: { projectId } } }));
  },

  async readNewestSample(projectId, category) {
    const params = { path: { projectId }, query: { category, limit: 1 } };
    return (await answerOf(client.GET("/projects/{projectId}/samples", { params }))).samples[0];
  },

  async startTestRun(projectId, body) {
    const request = client.POST("/projects/{projectId}/test-runs", { params: { path: { projectId } }, body });
    return (await answerOf(request)).testRunId;
  },

  async cancelTestRun(projectId, testRunId) {
    const params = { path: { projectId, testRunId } };
    await answerOf(client.DELETE("/projects/{projectId}/test-runs/{testRunId}", { params }));
  },

  async readPredictions(projectId, testRunId, query) {
    const params = { path: { projectId, testRunId }, query };
    return answerOf(client.GET("/projects/{projectId}/test-runs/{testRunId}/predictions", { params }));
  },

  async startRecording(projectId, deviceId, body) {
    const params = { path: { projectId, deviceId } };
    const request = client.POST("/projects/{projectId}/devices/{deviceId}/recordings", { params, body });
    return (await answerOf(request)).recordingId;
  },

  async cancelRecording(recordingId) {
    await answerOf(client.DELETE("/recordings/{recordingId}", { params: { path: { recordingId } } }));
  },

  async startRun(body) {
    return startRun(body);
  },

  uploadSample: sendFile,
};

/** Sends a file with its progress, which `fetch` cannot tell. */
function sendFile(
  ...[projectId, file, { label, category }, onProgress, signal]: Parameters<TasksApi["uploadSample"]>
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.set("file", file);
    if (label !== undefined) form.set("label", label);
    form.set("category", category);
    request.open("POST", `/api/v1/projects/${projectId}/samples`);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      const answer = request.response as { runId?: string; detail?: string } | null;
      if (request.status === 202 && answer?.runId !== undefined) resolve(answer.runId);
      else reject(new RefusedError(answer?.detail ?? `The server answered ${request.status}.`, request.status));
    };
    request.onerror = () => reject(new RefusedError(NO_ANSWER));
    request.onabort = () => reject(new RefusedError("Cancelled."));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}
