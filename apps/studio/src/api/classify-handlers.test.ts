import { beforeEach, describe, expect, it } from "vitest";

import { smallRecording } from "../small-impulse.ts";
import { addRecording, createTestApi } from "../test-studio.ts";

let api: ReturnType<typeof createTestApi>;

beforeEach(() => {
  api = createTestApi();
});

async function test(): Promise<void> {
  await api.call("startClassifyJob", {}, {});
  await api.jobsDone();
}

describe("GET .../classify/all/result/page", () => {
  it.each<{ filter: Record<string, string | number>; names: string[] }>([
    { filter: { labels: '["still"]' }, names: ["c", "b"] },
    { filter: { filename: "a." }, names: ["a"] },
    { filter: { search: "b." }, names: ["b"] },
    { filter: { minLength: 3_000 }, names: ["c", "a"] },
    { filter: { maxFrequency: 5 }, names: [] },
    { filter: { metadata: '[{"key":"site","op":"eq","values":["roof"]}]' }, names: ["c"] },
  ])("answers only samples that the filter $filter keeps", async ({ filter, names }) => {
    const { projectId } = api;
    await addRecording(api.studio, smallRecording(3, 3), { projectId, filename: "a.json" });
    await addRecording(api.studio, smallRecording(2), { projectId, filename: "b.json", label: "still" });
    await addRecording(api.studio, smallRecording(3), {
      ...{ projectId, filename: "c.json", label: "still", metadata: { site: "roof" } },
    });
    await test();

    const page = await api.call("getClassifyJobResultPage", filter);

    expect(page.result.map(({ sample }) => sample.filename.split(".")[0])).toEqual(names);
    expect(page.totalCount).toBe(names.length);
    const ids = new Set(page.predictions.map(({ sampleId }) => sampleId));
    expect([...ids]).toEqual(page.result.map(({ sampleId }) => sampleId));
  });

  it("pages and counts only samples with a result", async () => {
    const { projectId } = api;
    for (let i = 0; i < 3; i++) await addRecording(api.studio, smallRecording(3), { projectId, filename: `${i}.json` });
    await addRecording(api.studio, smallRecording(3, 0, ["x"]), { projectId, filename: "other.json" });
    await test();

    const page = await api.call("getClassifyJobResultPage", { limit: 2, offset: 1 });

    expect(page.result.map(({ sample }) => sample.filename[0])).toEqual(["1", "0"]);
    expect(page.totalCount).toBe(3);
  });
});

describe("truncateStructuredLabels", () => {
  const spans = Array.from({ length: 200 }, (_, i) => ({
    startIndex: i,
    endIndex: i,
    label: i % 2 ? "still" : "moving",
  }));

  it("leaves spans out of whatever answer is asked so, and of no other", async () => {
    const { projectId, studio } = api;
    const { id: sampleId } = await addRecording(studio, smallRecording(20), { projectId, structuredLabels: spans });
    await test();
    const countSpans = async (query: Record<string, boolean>) => [
      (await api.call("listSamples", { category: "all", ...query })).samples[0]?.structuredLabels?.length,
      (await api.call("getSample", { sampleId, ...query })).sample.structuredLabels?.length,
      (await api.call("getClassifyJobResult", query)).result[0]?.classifications[0]?.expectedLabels.length,
      (await api.call("getClassifyJobResultPage", query)).result[0]?.classifications[0]?.expectedLabels.length,
    ];

    expect(await countSpans({ truncateStructuredLabels: true })).toEqual([100, 100, 100, 100]);
    expect(await countSpans({})).toEqual([200, 200, 200, 200]);
    const truncated = await api.call("getClassifyJobResult", { truncateStructuredLabels: true });
    expect(truncated.predictions).toEqual((await api.call("getClassifyJobResult")).predictions);
  });
});

describe("POST .../classify/v2/{sampleId}/variants", () => {
  it("answers each variant once", async () => {
    const { id: sampleId } = await addRecording(api.studio, smallRecording(3), { projectId: api.projectId });
    await test();

    const answer = await api.call("classifySampleForVariants", { sampleId, variants: '["float32","float32"]' });

    expect(answer).toMatchObject({ results: [{ variant: "float32" }] });
    expect("results" in answer && answer.results).toHaveLength(1);
  });
});
