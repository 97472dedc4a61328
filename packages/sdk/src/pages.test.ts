import { describe, expect, it } from "vitest";

import { fakeStudio } from "./fake-studio.ts";
import { readItems } from "./pages.ts";

describe("readItems", () => {
  it("yields every item once, also when the list grows at its front while it is read", async () => {
    const ids = Array.from({ length: 25 }, (_, i) => 25 - i);
    const { studio, requests } = fakeStudio((_path, query) => {
      const [offset, limit] = [Number(query.get("offset")), Number(query.get("limit"))];
      const samples = ids.slice(offset, offset + limit).map((id) => ({ id }));
      if (offset === 10) ids.unshift(26);
      return { samples, totalCount: ids.length };
    });

    const seen: number[] = [];
    const query = { category: "testing", limit: 10 } as const;
    for await (const { id } of readItems(studio, "listSamples", { path: { projectId: 1 }, query })) seen.push(id);

    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => 25 - i));
    expect(requests).toHaveLength(3);
  });

  it("reads on when Studio keeps its pages smaller than they were asked for", async () => {
    const { studio } = fakeStudio((_path, query) => {
      const offset = Number(query.get("offset"));
      const samples = Array.from({ length: Math.min(100, 300 - offset) }, (_, i) => ({ id: offset + i }));
      return { samples, totalCount: 300 };
    });
    const ids = [];
    const query = { category: "testing", limit: 200 } as const;
    for await (const { id } of readItems(studio, "listSamples", { path: { projectId: 1 }, query })) ids.push(id);

    expect(ids).toEqual(Array.from({ length: 300 }, (_, i) => i));
  });

  it("refuses pages without items, which would never end", async () => {
    const { studio } = fakeStudio(() => ({ samples: [], totalCount: 0 }));
    const query = { category: "testing", limit: 0 } as const;

    await expect(readItems(studio, "listSamples", { path: { projectId: 1 }, query }).next()).rejects.toThrow(
      "limit is 0",
    );
  });

  it("asks for no more pages than are wanted", async () => {
    const { studio, requests } = fakeStudio(() => ({
      jobs: Array.from({ length: 100 }, (_, id) => ({ id })),
      totalJobCount: 999,
    }));
    for await (const { id } of readItems(studio, "listAllJobs", { path: { projectId: 1 } })) if (id === 5) break;

    expect(requests).toHaveLength(1);
  });
});
