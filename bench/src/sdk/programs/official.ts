/** Bundled and weighed: a program that classifies one sample with Edge Impulse's own client. */
import type * as official from "edge-impulse-api";

// The package's main entry needs Node; this one is made for browsers, and is a script that sets a global.
import "edge-impulse-api/build/browser/edge-impulse-api.js";

declare const EdgeImpulseApi: typeof official.EdgeImpulseApi;

export async function classify(apiKey: string, projectId: number, sampleId: number) {
  const api = new EdgeImpulseApi();
  await api.authenticate({ method: "apiKey", apiKey });
  const first = await api.classify.classifySampleV2(projectId, sampleId, {});
  if ("classifications" in first) return first;
  await api.runJobUntilCompletion({ type: "project", projectId, jobId: first.id });
  return api.classify.classifySampleV2(projectId, sampleId, {});
}
