import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { fakeStudio } from "./fake-studio.ts";
import { newestSampleId, watchSamples } from "./watch-samples.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

interface Stored {
  readonly id: number;
  readonly isProcessing?: boolean;
}

/** A Studio with these samples, of a version that knows `minId` or of one that ignores it. */
function studioWith(samples: readonly Stored[], knowsMinId = true) {
  const stored = [...samples];
  const changed = { date: undefined as string | undefined };
  const fake = fakeStudio((path, query) => {
    if (path.endsWith("/last-modification")) return { lastModificationDate: changed.date };
    const minId = knowsMinId ? Number(query.get("minId") ?? 0) : 0;
    const [offset, limit] = [Number(query.get("offset")), Number(query.get("limit"))];
    const matching = stored.filter(({ id }) => id >= minId).sort((a, b) => b.id - a.id);
    return { samples: matching.slice(offset, offset + limit), totalCount: matching.length };
  });
  return { ...fake, stored, changed };
}

/** Watches in the background and notes the ids that come. */
function watch(
  studio: ReturnType<typeof studioWith>["studio"],
  sinceId: number,
  onOutage?: (error: Error, retryInMs: number) => void,
) {
  const stop = new AbortController();
  const ids: number[] = [];
  const ended = (async () => {
    const options = { projectId: 1, category: "testing", sinceId, intervalMs: 1_000, signal: stop.signal, onOutage };
    for await (const { id } of watchSamples(studio, options)) ids.push(id);
  })();
  ended.catch(() => undefined);
  return { ids, ended, stop };
}

describe.each([true, false])("watchSamples, on a Studio that knows minId: %s", (knowsMinId) => {
  it("yields what is newer, oldest first, and then each new sample once", async () => {
    const { studio, stored } = studioWith([{ id: 3 }, { id: 1 }, { id: 2 }], knowsMinId);
    const { ids, stop } = watch(studio, 1);

    await vi.advanceTimersByTimeAsync(1_000);
    expect(ids).toEqual([2, 3]);
    stored.push({ id: 8 }, { id: 7 });
    await vi.advanceTimersByTimeAsync(3_000);

    expect(ids).toEqual([2, 3, 7, 8]);
    stop.abort();
  });

  it("reads as many pages as it takes", async () => {
    const many = Array.from({ length: 250 }, (_, i) => ({ id: i + 1 }));
    const { studio } = studioWith(many, knowsMinId);
    const { ids, stop } = watch(studio, 5);

    await vi.advanceTimersByTimeAsync(0);

    expect(ids).toEqual(many.slice(5).map(({ id }) => id));
    stop.abort();
  });
});

describe("watchSamples", () => {
  it("holds samples back behind one that Studio is still processing", async () => {
    const { studio, stored } = studioWith([{ id: 1 }, { id: 2, isProcessing: true }, { id: 3 }]);
    const { ids, stop } = watch(studio, 0);

    await vi.advanceTimersByTimeAsync(0);
    expect(ids).toEqual([1]);
    stored[1] = { id: 2 };
    await vi.advanceTimersByTimeAsync(1_000);

    expect(ids).toEqual([1, 2, 3]);
    stop.abort();
  });

  it("survives that samples are deleted", async () => {
    const { studio, stored } = studioWith([{ id: 1 }, { id: 2 }]);
    const { ids, stop } = watch(studio, 0);
    await vi.advanceTimersByTimeAsync(0);

    stored.length = 0;
    stored.push({ id: 3 });
    await vi.advanceTimersByTimeAsync(1_000);

    expect(ids).toEqual([1, 2, 3]);
    stop.abort();
  });

  it("reads nothing but a date as long as nothing changes", async () => {
    const { studio, stored, changed, requests } = studioWith([{ id: 1 }]);
    changed.date = "2026-01-01T00:00:00.000Z";
    const { ids, stop } = watch(studio, 0);
    await vi.advanceTimersByTimeAsync(0);
    requests.length = 0;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(new Set(requests)).toEqual(new Set(["GET /v1/api/1/last-modification"]));

    stored.push({ id: 2 });
    changed.date = "2026-01-01T00:00:01.000Z";
    await vi.advanceTimersByTimeAsync(1_000);

    expect(ids).toEqual([1, 2]);
    stop.abort();
  });

  it("finds a sample also when the date stood still", async () => {
    const { studio, stored, changed } = studioWith([]);
    changed.date = "2026-01-01T00:00:00.000Z";
    const { ids, stop } = watch(studio, 0);
    await vi.advanceTimersByTimeAsync(0);
    stored.push({ id: 1 });
    await vi.advanceTimersByTimeAsync(20_000);

    expect(ids).toEqual([1]);
    stop.abort();
  });

  it("goes on looking at a sample that is processed although the date stands still", async () => {
    const { studio, stored, changed } = studioWith([{ id: 1, isProcessing: true }]);
    changed.date = "2026-01-01T00:00:00.000Z";
    const { ids, stop } = watch(studio, 0);
    await vi.advanceTimersByTimeAsync(0);
    stored[0] = { id: 1 };
    await vi.advanceTimersByTimeAsync(1_000);

    expect(ids).toEqual([1]);
    stop.abort();
  });

  it("asks a Studio that has no such date only once for it", async () => {
    const { studio, requests } = fakeStudio((path) =>
      path.endsWith("/last-modification")
        ? Response.json({ success: false, error: "There is no such thing" }, { status: 404 })
        : { samples: [], totalCount: 0 },
    );
    const { stop } = watch(studio, 0);
    await vi.advanceTimersByTimeAsync(5_000);

    expect(requests.filter((line) => line.endsWith("last-modification"))).toHaveLength(1);
    stop.abort();
  });

  it("goes on after an outage when there is somebody to tell, and throws when there is not", async () => {
    let isDown = true;
    const { studio } = fakeStudio(() => {
      if (isDown) throw new TypeError("fetch failed");
      return { samples: [{ id: 1 }], totalCount: 1 };
    });
    const waits: number[] = [];
    const { ids, stop } = watch(studio, 0, (_error, retryInMs) => waits.push(retryInMs));
    await expect(watch(studio, 0).ended).rejects.toMatchObject({ name: "StudioUnreachableError" });
    await vi.advanceTimersByTimeAsync(10_000);
    isDown = false;
    await vi.advanceTimersByTimeAsync(10_000);

    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(ids).toEqual([1]);
    stop.abort();
  });

  it("stops with the caller's own reason", async () => {
    const { studio } = studioWith([]);
    const { ended, stop } = watch(studio, 0);
    const reason = new Error("over");

    await vi.advanceTimersByTimeAsync(100);
    stop.abort(reason);

    await expect(ended).rejects.toBe(reason);
  });
});

describe("newestSampleId", () => {
  it("is 0 for a category without samples", async () => {
    expect(await newestSampleId(studioWith([]).studio, { projectId: 1, category: "testing" })).toBe(0);
    expect(await newestSampleId(studioWith([{ id: 4 }]).studio, { projectId: 1, category: "testing" })).toBe(4);
  });
});
