import type { Schemas } from "./api-types.ts";
import { isTransient, StudioRefusedError } from "./errors.ts";
import { pause } from "./pause.ts";
import { getProjectLastModificationDate, listSamples } from "./routes.ts";
import type { Transport } from "./transport.ts";

/** Which samples to wait for, and how. */
export interface SampleWatch {
  readonly projectId: number;
  readonly category: Schemas["RawDataFilterCategory"];
  /** Only samples with a higher id are new. */
  readonly sinceId: number;
  /** From one look to the next, ms. */
  readonly intervalMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Told why Studio cannot be asked for the moment, each time; the watch then goes on by itself. Without it, it throws. */
  readonly onOutage?: ((error: Error, retryInMs: number) => void) | undefined;
}

const PAGE = 100;
const LONGEST_RETRY_MS = 30_000;
/** So many times the date of the last change is believed before the list is read all the same. */
const MOST_UNREAD = 15;

/**
 * Yields each new sample of a category once, oldest first, as it appears.
 *
 * A sample that Studio is still processing holds back those behind it, so that `sinceId` of the newest yielded sample
 * is always a safe place to go on from. As long as the project's date of its last change stays the same, nothing else is
 * read.
 *
 * @throws As `Transport.send`, unless `onOutage` takes it; watching can go on from the last sample yielded.
 */
export async function* watchSamples(
  studio: Transport,
  { projectId, category, sinceId, intervalMs, signal, onOutage }: SampleWatch,
): AsyncGenerator<Schemas["Sample"], never, undefined> {
  const changes = new Changes(studio, projectId, signal);
  let newestId = sinceId;
  for (let retryMs = intervalMs; ;) {
    try {
      if (await changes.mayHaveCome()) {
        for (const sample of await readNewer(studio, { projectId, category, sinceId: newestId, signal })) {
          if (sample.isProcessing) {
            changes.forget();
            break;
          }
          newestId = sample.id;
          yield sample;
        }
      }
      retryMs = intervalMs;
      await pause(intervalMs, signal);
    } catch (error) {
      if (!onOutage || !isTransient(error)) throw error;
      changes.forget();
      onOutage(error as Error, retryMs);
      await pause(retryMs, signal);
      retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
    }
  }
}

/** Whether a project has changed since it was last looked at. Studios that cannot say are taken to change always. */
class Changes {
  readonly #studio: Transport;
  readonly #projectId: number;
  readonly #signal: AbortSignal | undefined;
  #seen: string | undefined;
  #unread = 0;
  #canSay = true;

  constructor(studio: Transport, projectId: number, signal: AbortSignal | undefined) {
    this.#studio = studio;
    this.#projectId = projectId;
    this.#signal = signal;
  }

  /** Asked before the list is read, so that a change in between is not lost. */
  async mayHaveCome(): Promise<boolean> {
    const date = this.#canSay ? await this.#readDate() : undefined;
    const isSame = date !== undefined && date === this.#seen && this.#unread < MOST_UNREAD;
    this.#seen = date;
    this.#unread = isSame ? this.#unread + 1 : 0;
    return !isSame;
  }

  /** The next look is to read the list whatever the date says. */
  forget(): void {
    this.#seen = undefined;
  }

  async #readDate(): Promise<string | undefined> {
    try {
      const { lastModificationDate } = await this.#studio.send(getProjectLastModificationDate, {
        path: { projectId: this.#projectId },
        signal: this.#signal,
      });
      return lastModificationDate;
    } catch (error) {
      if (!(error instanceof StudioRefusedError)) throw error;
      this.#canSay = false;
      return undefined;
    }
  }
}

/** The id of a category's newest sample; 0 when it has none. */
export async function newestSampleId(
  studio: Transport,
  { projectId, category, signal }: Pick<SampleWatch, "projectId" | "category" | "signal">,
): Promise<number> {
  const { samples } = await readPage(studio, { projectId, category, signal }, { limit: 1, offset: 0 });
  return samples[0]?.id ?? 0;
}

async function readNewer(
  studio: Transport,
  watch: Omit<SampleWatch, "intervalMs" | "onOutage">,
): Promise<Schemas["Sample"][]> {
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
  studio: Transport,
  { projectId, category, signal }: Pick<SampleWatch, "projectId" | "category" | "signal">,
  page: { readonly limit: number; readonly offset: number; readonly minId?: number },
) {
  return studio.send(listSamples, {
    path: { projectId },
    query: { category, sortBy: "id-desc", excludeSensors: true, ...page },
    signal,
  });
}
