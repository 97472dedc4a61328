import type { AnswerOf } from "./api-types.ts";
import type { Studio } from "./studio.ts";
import type { RequestArgument, StudioRequest } from "./transport.ts";

/** Operations that answer in pages, and where their items stand. */
const ITEMS = {
  listSamples: "samples",
  getClassifyJobResultPage: "result",
  listFinishedJobs: "jobs",
  listAllJobs: "jobs",
} as const;

/**
 * The operations that answer in pages.
 *
 * @useDeclaredType
 */
export type PagedOperation = keyof typeof ITEMS;

/** One item of the list that an operation answers. */
export type ItemOf<K extends PagedOperation> =
  AnswerOf<K> extends Record<(typeof ITEMS)[K], readonly (infer I)[]> ? I : never;

const PAGE = 100;

/** Where the answers say how many items there are. */
const COUNTS = ["totalCount", "totalJobCount"] as const;

/**
 * Every item of a list that Studio answers in pages, page after page as they are wanted.
 *
 * A list that grows at its front while it is read repeats items on the next page; they come once.
 *
 * @param request As for `Studio.call`; `limit` is the size of a page, which Studio may keep smaller, `offset` where to
 *   begin.
 * @throws {RangeError} for a `limit` below 1.
 * @throws As `Transport.send`.
 */
export async function* readItems<K extends PagedOperation>(
  studio: Studio,
  operation: K,
  request: StudioRequest<K>,
): AsyncGenerator<ItemOf<K>, void, undefined> {
  const { limit = PAGE, offset: start = 0, ...rest } = (request.query ?? {}) as { limit?: number; offset?: number };
  if (!(limit >= 1)) throw new RangeError(`limit is ${limit}; a page has at least one item.`);
  const seen = new Set<unknown>();
  for (let offset = start; ;) {
    const page = [{ ...request, query: { ...rest, limit, offset } }] as unknown as RequestArgument<K>;
    const answer = await studio.call(operation, ...page);
    const items = (answer as Record<string, unknown>)[ITEMS[operation]] as ItemOf<K>[];
    for (const item of items) {
      const { id, sampleId } = item as Identified;
      const identity = id ?? sampleId;
      if (identity !== undefined && seen.has(identity)) continue;
      seen.add(identity);
      yield item;
    }
    offset += items.length;
    const count = COUNTS.map((key) => (answer as Record<string, unknown>)[key]).find(
      (value) => typeof value === "number",
    );
    // Older answers have no count: there a short page is the last.
    if (items.length === 0 || (count === undefined ? items.length < limit : offset >= count)) return;
  }
}

interface Identified {
  readonly id?: number;
  readonly sampleId?: number;
}
