/** Bundled and weighed: a program that classifies one sample. */
import { classifySample, createStudio } from "@windowscope/sdk";

export async function classify(apiKey: string, projectId: number, sampleId: number) {
  return classifySample(createStudio({ apiKey }), { projectId, sampleId });
}
