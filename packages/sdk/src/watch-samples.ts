import type { Schemas } from "./api-types.ts";
import { pause } from "./pause.ts";
import type { Studio } from "./studio.ts";

export interface SampleWatch {
  readonly projectId: number;
  readonly category: Schemas["RawDataFilterCategory"];
  /** Only samples with a higher id are new. */
  readonly sinceId: number;
  readonly intervalMs: number;
  readonly signal?: AbortSignal | undefined;
}

const PAGE = 100;

/**
 * Yields each new sample of a category once, oldest first, as it appears.
 *
 * A sample that Studio is still processing holds back those behind it, so that `sinceId` of the newest yielded sample
 * is always a safe place to go on from.
 *
 * @throws As `Studio.call`; watching can go on from the last sample yielded.
 */
export async function* watchSamples(
  studio: Studio,
  { projectId, category, sinceId, intervalMs, signal }: SampleWatch,
): AsyncGenerator<Schemas["Sample"], never, undefined> {
  for (let newestId = sinceId; ;) {
    for (const sample of await readNewer(studio, { projectId, category, sinceId: newestId, signal })) {
      if (sample.isProcessing) break;
      newestId = sample.id;
      yield sample;
    }
    await pause(intervalMs, signal);
  }
}

/** The id of a category's newest sample; 0 when it has none. */
export async function newestSampleId(
  studio: Studio,
  { projectId, category, signal }: Pick<SampleWatch, "projectId" | "category" | "signal">,
): Promise<number> {
  const { samples } = await readPage(studio, { projectId, category, signal }, { limit: 1, offset: 0 });
  return samples[0]?.id ?? 0;
}

async function readNewer(studio: Studio, watch: Omit<SampleWatch, "intervalMs">): Promise<Schemas["Sample"][]> {
  const newer = new Map<number, Schemas["Sample"]>();
  for (let offset = 0; ; offset += PAGE) {
    const { samples } = await readPage(studio, watch, { limit: PAGE, offset, minId: watch.sinceId + 1 });
    const fresh = samples.filter(({ id }) => id > watch.sinceId);
    for (const sample of fresh) newer.set(sample.id, sample);
    // Older versions ignore `minId`; then the first page with an old sample is the last one of interest.
    if (samples.length < PAGE || fresh.length < samples.length) break;
  }
  return [...newer.values()].sort((a, b) => a.id - b.id);
}

function readPage(
  studio: Studio,
  { projectId, category, signal }: Pick<SampleWatch, "projectId" | "category" | "signal">,
  page: { readonly limit: number; readonly offset: number; readonly minId?: number },
) {
  return studio.call("listSamples", {
    path: { projectId },
    query: { category, sortBy: "id-desc", excludeSensors: true, ...page },
    signal,
  });
}
