import { answerOf, client, type ImpulseLimits, type NewThreshold } from "../api.ts";

/** @returns Nothing to decide by where the project has no impulse. @throws {RefusedError} */
export async function readLimits(projectId: number, signal: AbortSignal): Promise<ImpulseLimits> {
  const { impulse } = await answerOf(client.GET("/projects/{projectId}", { params: { path: { projectId } }, signal }));
  return impulse ?? { blocks: [], thresholds: [] };
}

/**
 * Sets thresholds in Studio, for everybody.
 *
 * @returns Whether Studio's results of the test set are of the old ones now.
 * @throws {RefusedError}
 */
export async function saveThresholds(projectId: number, thresholds: readonly NewThreshold[]): Promise<boolean> {
  const params = { path: { projectId } };
  const body = { thresholds: [...thresholds] };
  const answer = await answerOf(client.PUT("/projects/{projectId}/thresholds", { params, body }));
  return answer.areTestResultsStale;
}
