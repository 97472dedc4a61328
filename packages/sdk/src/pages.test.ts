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

  it("asks for no more pages than are wanted", async () => {
    const { studio, requests } = fakeStudio(() => ({
      jobs: Array.from({ length: 100 }, (_, id) => ({ id })),
      totalJobCount: 999,
    }));
    for await (const { id } of readItems(studio, "listAllJobs", { path: { projectId: 1 } })) if (id === 5) break;

    expect(requests).toHaveLength(1);
  });
});
