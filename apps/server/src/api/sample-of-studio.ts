import { StudioRefusedError, type Studio } from "@windowscope/sdk";
import type { Schemas } from "@windowscope/sdk/api-types";

import { Problem } from "./problem.ts";

/**
 * What Studio tells about a sample.
 *
 * @throws {Problem} 404 with Studio's words when it does not know the sample.
 */
export async function readSample(
  studio: Studio,
  path: { readonly projectId: number; readonly sampleId: number },
  signal: AbortSignal,
): Promise<Schemas["Sample"]> {
  // One reading is enough.
  const asked = studio.call("getSample", { path, query: { limitPayloadValues: 1 }, signal });
  return (await asked.catch(answerNotThere)).sample;
}

/** For what is asked of Studio by its id: a refusal says that it is not there. */
export function answerNotThere(error: unknown): never {
  if (!(error instanceof StudioRefusedError)) throw error;
  throw new Problem(404, "not-found", error.studioText ?? error.message);
}
