import { readClassification, type ClassifiedWindow } from "./classification.ts";
import { classifySample, classifySampleByBlock, type ClassifyRequest } from "./classify.ts";
import type { Transport } from "./transport.ts";

/**
 * The windows of a sample, as soon as Studio has them.
 *
 * @throws As `classifySample` and `readClassification`.
 */
export async function* classifyWindows(
  studio: Transport,
  request: ClassifyRequest,
): AsyncGenerator<ClassifiedWindow, void, undefined> {
  yield* readClassification(await classifySample(studio, request)).windows();
}

/** As `classifyWindows`, with one learn block alone. */
export async function* classifyWindowsByBlock(
  studio: Transport,
  request: Parameters<typeof classifySampleByBlock>[1],
): AsyncGenerator<ClassifiedWindow, void, undefined> {
  const answer = await classifySampleByBlock(studio, request);
  yield* readClassification(answer, "classifySampleByLearnBlockV2").windows();
}
