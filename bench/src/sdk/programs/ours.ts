/** Bundled and weighed: a program that classifies one sample. */
import { classifySample, createTransport } from "@windowscope/sdk";

export async function classify(apiKey: string, projectId: number, sampleId: number) {
  return classifySample(createTransport({ apiKey }), { projectId, sampleId });
}
