import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";

import { createLocalStudio } from "windowscope/studio";

import { uploadRecording } from "./upload-recording.js";

const WAVE = Array.from({ length: 125 }, (_, i) => [Math.sin(i / 9), Math.cos(i / 9), 9.8]);

describe("uploadRecording", () => {
  let studio;

  before(async () => (studio = await createLocalStudio()));
  afterEach(() => studio.reset());
  after(() => studio.close());

  /** What the project has now. */
  async function listSamples() {
    const list = `${studio.url}/v1/api/${studio.projectId}/raw-data?category=training`;
    const response = await fetch(list, { headers: { "x-api-key": studio.apiKey } });
    return (await response.json()).samples;
  }

  it("adds a sample with the label that its name begins with", async () => {
    const sampleId = await uploadRecording(studio, "wave.1", WAVE);

    const samples = await listSamples();
    assert.deepEqual(
      samples.map(({ id, label, totalLengthMs }) => ({ id, label, totalLengthMs })),
      [{ id: sampleId, label: "wave", totalLengthMs: 2000 }],
    );
  });

  it("finds an empty project again in the next test", async () => {
    assert.deepEqual(await listSamples(), []);
  });

  it("says why a key is refused", async () => {
    await assert.rejects(uploadRecording({ ...studio, apiKey: "ei_wrong" }, "wave.1", WAVE), /was refused with 401/);
  });
});
