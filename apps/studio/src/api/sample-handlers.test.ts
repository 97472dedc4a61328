import { beforeEach, describe, expect, it } from "vitest";

import { writeWav } from "../formats/wav.ts";
import type { Sample } from "../samples.ts";
import { smallRecording } from "../small-impulse.ts";
import { addRecording, createTestApi } from "../test-studio.ts";

let api: ReturnType<typeof createTestApi>;

beforeEach(() => {
  api = createTestApi();
});

/** A minute and a half of sound. */
function addLongSound(): Promise<Sample> {
  return api.studio.intake.addRecording(writeWav(new Float32Array(1_500_000), 1 / 16), {
    projectId: api.projectId,
    category: "testing",
    filename: "long.wav",
    label: "noise",
    contentType: "audio/wav",
  });
}

describe("GET .../raw-data/{sampleId}", () => {
  it("refuses to answer more readings than memory has room for, and says what to ask for", async () => {
    const { id: sampleId } = await addLongSound();

    const whole = await api.call("getSample", { sampleId });
    const thinned = await api.call("getSample", { sampleId, limitPayloadValues: 1_000 });
    const part = await api.call("getSampleSlice", { sampleId, sliceStart: 10, sliceEnd: 20 });

    expect(whole.error).toContain("limitPayloadValues");
    expect(thinned.payload.values).toHaveLength(1_000);
    expect(thinned).toMatchObject({ payload: { intervalMs: 93.75 }, totalPayloadLength: 1_500_000 });
    expect(part.payload.values).toHaveLength(10);
  });

  it("may be kept by the client only when the request names the version that it is about", async () => {
    const { id: sampleId } = await addRecording(api.studio, smallRecording(3), { projectId: api.projectId });
    const cacheControl = async (query: Record<string, string>) =>
      (await api.request("getSample", { sampleId, ...query })).headers.get("cache-control");

    expect(await cacheControl({})).toBe("no-cache");
    expect(await cacheControl({ cacheKey: "2026-01-01" })).toBe("private, max-age=31536000");
  });
});

describe("GET .../raw-data", () => {
  it.each(['[{"filters_combinator":"xor"}]', '[{"no_metadata":"yes"}]', "[[]]", "{}"])(
    "refuses the metadata filter %s",
    async (metadata) => {
      const { error } = await api.call("listSamples", { category: "all", metadata });

      expect(error).toContain('"metadata" has to be a JSON array');
    },
  );

  it("says how many samples there are on whatever page: a full one, the last one, one behind it, an empty one", async () => {
    const { studio, projectId, call } = createTestApi();
    for (let n = 0; n < 3; n++) await addRecording(studio, smallRecording(3, 3), { projectId });
    const read = async (page: { readonly limit: number; readonly offset: number }) => {
      const { samples, totalCount } = await call("listSamples", { category: "testing", ...page });
      return [samples.length, totalCount];
    };

    expect(await read({ limit: 2, offset: 0 })).toEqual([2, 3]);
    expect(await read({ limit: 2, offset: 2 })).toEqual([1, 3]);
    expect(await read({ limit: 2, offset: 4 })).toEqual([0, 3]);
    expect(await read({ limit: 0, offset: 0 })).toEqual([0, 3]);
    expect(await read({ limit: 20, offset: 0 })).toEqual([3, 3]);
  });

  it("finds what has one of the labels and the metadata", async () => {
    const { studio, projectId, call } = createTestApi();
    const add = async (label: string, metadata: Record<string, string>) =>
      (await addRecording(studio, smallRecording(3, 3), { projectId, label, metadata })).id;
    const wanted = await add("wave", { site: "north" });
    await add("idle", { site: "north" });
    await add("wave", { site: "south" });
    await add("wave", {});

    const { samples, totalCount } = await call("listSamples", {
      category: "testing",
      labels: JSON.stringify(["wave", "snake"]),
      metadata: JSON.stringify([{ key: "site", op: "eq", values: ["north"] }]),
    });

    expect([samples.map(({ id }) => id), totalCount]).toEqual([[wanted], 1]);
  });
});
