/**
 * A local Studio for tests: Edge Impulse's Studio API, ingestion and remote management, in memory and on free ports.
 *
 * @module
 */
import { giveImpulse } from "./impulse-file.ts";
import { createKey } from "./key.ts";
import type { RunningStudio } from "./running-studio.ts";
import { startStudio } from "./start.ts";

/** A local Studio of its own for a test, with nothing in it. */
export interface LocalStudioServer extends Omit<RunningStudio, "reset"> {
  /** Opens the project: what clients send as `x-api-key`. */
  readonly apiKey: string;
  /** Back to the beginning, while requests may go on; addresses, key and project stay. Ids are not given twice. */
  reset(): Promise<void>;
}

/** What a local Studio for a test begins with. */
export interface LocalStudioServerOptions {
  /** An impulse document (docs/IMPULSE.md) that the project begins with, and has again after `reset`. */
  readonly impulse?: object | undefined;
}

/**
 * Starts a local Studio for tests: on free ports of this machine, in memory, with an empty project and a key of its own.
 *
 * ```ts
 * import { createLocalStudio } from "windowscope/studio";
 *
 * const studio = await createLocalStudio();
 * afterEach(() => studio.reset());
 * afterAll(() => studio.close());
 *
 * it("uploads what it has recorded", async () => {
 *   await uploadRecording({ ingestionUrl: studio.ingestionUrl, apiKey: studio.apiKey });
 *
 *   const list = `${studio.url}/v1/api/${studio.projectId}/raw-data?category=training`;
 *   const response = await fetch(list, { headers: { "x-api-key": studio.apiKey } });
 *   expect(await response.json()).toMatchObject({ success: true, totalCount: 1 });
 * });
 * ```
 *
 * @throws {ImpulseFileError} when the impulse document cannot be used.
 */
export async function createLocalStudio({ impulse }: LocalStudioServerOptions = {}): Promise<LocalStudioServer> {
  const apiKey = createKey();
  const running = await startStudio({ apiKey, project: "empty", ports: { studio: 0, devices: 0, ingestion: 0 } });
  const begin = async () => {
    if (impulse) await giveImpulse(JSON.stringify(impulse), { url: running.url, apiKey });
  };
  try {
    await begin();
  } catch (error) {
    await running.close();
    throw error;
  }
  return {
    ...running,
    apiKey,
    reset: async () => {
      await running.reset();
      await begin();
    },
  };
}
