import { beforeEach, describe, expect, it } from "vitest";

import { parseWav } from "../formats/wav.ts";
import type { Sample } from "../samples.ts";
import { smallRecording } from "../small-impulse.ts";
import { addRecording, createTestApi } from "../test-studio.ts";

let api: ReturnType<typeof createTestApi>;
let sound: Sample;

const values = [[0], [1000], [-1000], [32767], [-32768], [5]];

beforeEach(async () => {
  api = createTestApi();
  const recording = smallRecording(1, 0, ["audio"]);
  const payload = { ...recording.payload, interval_ms: 0.0625, sensors: [{ name: "audio", units: "wav" }], values };
  sound = await addRecording(api.studio, { ...recording, payload }, { projectId: api.projectId });
});

describe("GET .../raw-data/{sampleId}/wav", () => {
  it("answers the audio axis, or a part of it, as a WAV file", async () => {
    const whole = await api.request("getSampleAsAudio", { sampleId: sound.id, axisIx: 0 });
    const part = await api.request("getSampleAsAudio", { sampleId: sound.id, axisIx: 0, sliceStart: 1, sliceEnd: 3 });

    expect(whole.headers.get("content-type")).toBe("audio/wav");
    expect(whole.headers.get("cache-control")).toBe("no-cache");
    const recording = parseWav(Buffer.from(await whole.arrayBuffer()));
    expect([...recording.values]).toEqual(values.flat());
    expect(recording.intervalMs).toBe(0.0625);
    expect([...parseWav(Buffer.from(await part.arrayBuffer())).values]).toEqual([1000, -1000]);
  });

  it("may be kept for long with a cache key", async () => {
    const response = await api.request("getSampleAsAudio", { sampleId: sound.id, axisIx: 0, cacheKey: "x" });

    expect(response.headers.get("cache-control")).toContain("max-age=31536000");
  });

  it.each([
    { parameters: { axisIx: 1, sliceStart: 0 }, says: "There is no axis 1 among the 1 of this sample." },
    { parameters: { axisIx: 0, sliceStart: 6 }, says: "Readings 6 to 6 are not within the 6 that there are." },
  ])("refuses $parameters", async ({ parameters, says }) => {
    const response = await api.request("getSampleAsAudio", { sampleId: sound.id, ...parameters });

    expect(await response.json()).toEqual({ success: false, error: says });
  });

  it("refuses an axis that is no audio, and every sample as image and video", async () => {
    const { id: sampleId } = await addRecording(api.studio, smallRecording(1), { projectId: api.projectId });
    const error = async (response: Promise<Response>) => ((await (await response).json()) as { error: string }).error;

    expect(await error(api.request("getSampleAsAudio", { sampleId, axisIx: 0 }))).toContain(
      "accX of this sample is no",
    );
    expect(await error(api.request("getSampleAsImage", { sampleId }))).toBe("This sample is no image.");
    expect(await error(api.request("getSampleAsVideo", { sampleId }))).toBe("This sample is no video.");
  });
});
