import { answerOf, client, type SampleLabels } from "../api.ts";

/** @throws {RefusedError} */
export async function readLabels(projectId: number, sampleId: number, signal: AbortSignal): Promise<SampleLabels> {
  const params = { path: { projectId, sampleId } };
  return answerOf(client.GET("/projects/{projectId}/samples/{sampleId}/labels", { params, signal }));
}

/** Labels a sample in Studio. @throws {RefusedError} */
export async function saveLabels(projectId: number, sampleId: number, body: SampleLabels): Promise<void> {
  const params = { path: { projectId, sampleId } };
  await answerOf(client.PUT("/projects/{projectId}/samples/{sampleId}/labels", { params, body }));
}
