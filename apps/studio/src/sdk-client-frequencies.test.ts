import { toImpulseDocument, type Impulse } from "@windowscope/engine";
import { readClassification } from "@windowscope/sdk";
import type { AnswerOf } from "@windowscope/sdk/api-types";
import { answerValidators } from "@windowscope/sdk/validate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createLocalStudio, type LocalStudioServer } from "./create-local-studio.ts";
import { smallImpulse } from "./small-impulse.ts";

type Classified = Extract<AnswerOf<"classifySampleV2">, { classifications: unknown }>;

/** 62.5 Hz, windows of 2 s every 480 ms; every feature counts a little. */
const impulse: Impulse = {
  ...smallImpulse,
  input: { ...smallImpulse.input, frequencyHz: 62.5, windowSizeMs: 2000, windowIncreaseMs: 480 },
  classifier: {
    labels: ["still", "moving"],
    minimumConfidence: 0.6,
    float32: {
      layers: [
        {
          inputs: 14,
          outputs: 2,
          activation: "none",
          weights: Float32Array.from({ length: 28 }, (_, i) => ((i % 5) - 2) / 10),
          bias: Float32Array.of(0, 0),
        },
      ],
    },
    int8: undefined,
  },
};

function sine(frequencyHz: number, seconds = 10, intervalMs = 1000 / frequencyHz) {
  const values = Array.from({ length: Math.round(seconds * frequencyHz) }, (_, i) => {
    const x = 3 * Math.sin((2 * Math.PI * 3 * i) / frequencyHz);
    return [x, x / 2];
  });
  return {
    protected: { ver: "v1", alg: "none" },
    signature: "0".repeat(64),
    payload: {
      device_type: "TEST",
      interval_ms: intervalMs,
      sensors: ["accX", "accY"].map((name) => ({ name, units: "m/s2" })),
      values,
    },
  };
}

describe("a local Studio with samples of other frequencies than the impulse's", () => {
  let studio: LocalStudioServer;
  /** What the impulse makes of the sine as it wants it. */
  let wanted: Classified;

  beforeAll(async () => {
    studio = await createLocalStudio({ impulse: toImpulseDocument(impulse) });
    wanted = await classify(await upload(sine(62.5)));
  });

  afterAll(() => studio.close());

  async function upload(recording: object, category = "testing", spans?: object): Promise<number> {
    const form = new FormData();
    form.append("data", new Blob([JSON.stringify(recording)]), "moving.1.json");
    if (spans) {
      const labels = { version: 1, type: "structured-labels", structuredLabels: { "moving.1.json": spans } };
      form.append("data", new Blob([JSON.stringify(labels)]), "structured_labels.labels");
    }
    const url = `${studio.ingestionUrl}/api/${category}/files`;
    const response = await fetch(url, { method: "POST", headers: { "x-api-key": studio.apiKey }, body: form });
    const { files } = (await response.json()) as { files: readonly { sampleId: number }[] };
    return files[0]?.sampleId as number;
  }

  async function call<A>(method: string, route: string, body?: object): Promise<A> {
    const url = `${studio.url}/v1/api/${studio.projectId}${route}`;
    const headers = { "x-api-key": studio.apiKey, "content-type": "application/json" };
    const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return (await response.json()) as A;
  }

  async function untilDone(jobId: number): Promise<void> {
    for (;;) {
      const { job } = await call<AnswerOf<"getJobStatus">>("GET", `/jobs/${jobId}/status`);
      if (job.finishedSuccessful !== undefined) return expect(job.finishedSuccessful).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async function classify(sampleId: number): Promise<Classified> {
    for (;;) {
      const answer = await call<AnswerOf<"classifySampleV2">>("POST", `/classify/v2/${sampleId}`);
      expect(answerValidators.classifySampleV2(answer)).toEqual([]);
      if ("classifications" in answer) return answer;
      await untilDone(answer.id);
    }
  }

  async function behave(behaviour: object): Promise<void> {
    const headers = { "x-api-key": studio.apiKey };
    await fetch(`${studio.url}/windowscope/behaviour`, { method: "PUT", headers, body: JSON.stringify(behaviour) });
  }

  it.each([50, 100, 119])("classifies a sine recorded at %d Hz as the same sine at 62.5 Hz", async (frequencyHz) => {
    const answer = await classify(await upload(sine(frequencyHz)));

    expect(wanted.classifications.map(({ resultCount }) => resultCount)).toEqual([17, 17]);
    expect(answer.classifications.map(({ resultCount }) => resultCount)).toEqual([17, 17]);
    // The outermost windows show how a filter begins and ends.
    for (let w = 1; w < 16; w++) {
      for (const [b, label] of [["0", "moving"] as const, ["1", "anomaly"] as const]) {
        const [is, was] = [answer, wanted].map(({ classifications }) => classifications[Number(b)]?.result[w]?.[label]);
        expect(is, `${label} of window ${w}`).toBeCloseTo(was as number, 2);
      }
    }
  });

  it("answers the readings that were windowed, at the impulse's frequency, of a sample at its own", async () => {
    const { sample, classifications, ...answer } = await classify(await upload(sine(100)));

    expect(sample.sample).toMatchObject({ intervalMs: 10, frequency: 100, originalIntervalMs: 10, valuesCount: 1000 });
    expect(sample.payload).toMatchObject({ intervalMs: 16, frequencyHz: 62.5 });
    expect(sample.totalPayloadLength).toBe(625);
    expect(sample.payload.values).toHaveLength(625);
    expect(sample.payload.values[300]?.[0]).toBeCloseTo(3 * Math.sin(2 * Math.PI * 3 * 4.8), 2);
    expect(answer).toMatchObject({ windowSizeMs: 2000, windowIncreaseMs: 480 });
    expect(classifications).toMatchObject(
      [0, 1].map(() => ({
        intervalMs: 16,
        frequencyHz: 62.5,
        expectedLabels: [{ startIndex: 0, endIndex: 624, label: "moving" }],
      })),
    );
  });

  it("tells where each window lies and what it should be in the time that the sample took", async () => {
    const spans = [
      { startIndex: 0, endIndex: 499, label: "still" },
      { startIndex: 500, endIndex: 999, label: "moving" },
    ];
    const sampleId = await upload(sine(100, 10, 10), "testing", spans);
    const answer = await classify(sampleId);
    const features = await call<AnswerOf<"dspGetFeaturesForSample">>(
      "GET",
      `/dsp/2/features/get-graph/classification/${sampleId}`,
    );
    const window = await call<AnswerOf<"getSampleWindowFromCache">>("GET", `/classify/v2/${sampleId}/raw-data/7`);

    expect(answer.sample.sample.structuredLabels).toEqual(spans);
    expect(answer.classifications[0]?.expectedLabels).toEqual([
      { startIndex: 0, endIndex: 312, label: "still" },
      { startIndex: 313, endIndex: 624, label: "moving" },
    ]);
    // From 3360 ms to 5360 ms: it ends in the second half.
    expect(features.data[7]).toMatchObject({ yLabel: "moving", sample: { startMs: 3360, endMs: 5360 } });
    expect(features.data[6]).toMatchObject({ yLabel: "still", sample: { startMs: 2880, endMs: 4880 } });
    expect(window.payload.intervalMs).toBe(16);
    expect(window.payload.values).toEqual(answer.sample.payload.values.slice(210, 335));
    // As a client reads it that draws the windows over the readings.
    const read = [...readClassification(answer).windows()];
    expect(read.map(({ startMs }) => startMs)).toEqual(features.data.map(({ sample }) => sample?.startMs));
    expect(read.map(({ expected }) => expected)).toEqual(features.data.map(({ yLabel }) => yLabel));
  });

  it("says in the test set where the windows of such a sample lie", async () => {
    const { id: jobId } = await call<{ id: number }>("POST", "/jobs/classify", {});
    await untilDone(jobId);

    const { predictions, result } = await call<AnswerOf<"getClassifyJobResult">>("GET", "/classify/all/result");

    for (const { sampleId, sample } of result) {
      const rows = predictions.filter((row) => row.sampleId === sampleId);
      expect(rows, `${sample.frequency} Hz`).toHaveLength(17);
      expect(rows.at(-1)).toMatchObject({ startMs: 16 * 480, endMs: 16 * 480 + 2000 });
    }
  });

  it("answers as older versions did, whose samples have the frequency that they were resampled to", async () => {
    const sampleId = await upload(sine(100, 11));
    const newest = readClassification(await classify(sampleId));
    await behave({ answers: "oldest" });
    const answer = await classify(sampleId).finally(() => behave({}));

    expect(answer.sample.sample).toMatchObject({ intervalMs: 16, frequency: 62.5, originalIntervalMs: 10 });
    expect(answer.sample.payload.intervalMs).toBeUndefined();
    const older = readClassification(answer);
    expect(older.signal).toEqual(newest.signal);
    expect(older.expected).toEqual(newest.expected);
    expect([...older.windows()]).toEqual(
      [...newest.windows()].map((window) => ({ ...window, reason: expect.any(String) as string })),
    );
  });

  it.each([
    { frequencyHz: 0.25, seconds: 40, wanted: "at 0.25 Hz and the impulse reads 62.5 Hz, 250 times as many" },
    { frequencyHz: 20_000, seconds: 3, wanted: "at 20000 Hz and the impulse reads 62.5 Hz, 320 times fewer" },
  ])("refuses a recording at $frequencyHz Hz and says what to do", async ({ frequencyHz, seconds, wanted }) => {
    const sampleId = await upload(sine(frequencyHz, seconds));

    const { error } = await call<{ error: string }>("GET", `/classify/${sampleId}`);

    expect(error).toContain(wanted);
    expect(error).toContain("Record it at 62.5 Hz, or use an impulse for");
  });

  it("learns from samples of other frequencies as from the impulse's own", async () => {
    const still = (frequencyHz: number) => {
      const recording = sine(frequencyHz);
      recording.payload.values = recording.payload.values.map(([x = 0, y = 0]) => [x / 300, y / 300]);
      return recording;
    };
    const half = (frequencyHz: number) => [
      { startIndex: 0, endIndex: frequencyHz * 5 - 1, label: "still" },
      { startIndex: frequencyHz * 5, endIndex: frequencyHz * 10 - 1, label: "moving" },
    ];
    for (const frequencyHz of [50, 100, 200]) {
      const recording = still(frequencyHz);
      const moving = sine(frequencyHz).payload.values;
      recording.payload.values.splice(frequencyHz * 5, frequencyHz * 5, ...moving.slice(frequencyHz * 5));
      await upload(recording, "training", half(frequencyHz));
    }
    await upload(sine(20_000, 3), "training");

    const { id } = await call<{ id: number }>("POST", "/jobs/retrain");
    await untilDone(id);
    const { stdout } = await call<AnswerOf<"getJobsLogs">>("GET", `/jobs/${id}/stdout`);
    const text = stdout.map(({ data }) => data).join("");
    const answer = await classify(await upload(sine(62.5, 12)));

    expect(text).toContain("3 samples, 2 labels: moving, still");
    expect(text).toContain("resampled from 200 Hz to 62.5 Hz");
    expect(text).toContain("left out. It was made at 20000 Hz and the impulse reads 62.5 Hz");
    for (const window of answer.classifications[0]?.result ?? []) expect(window.moving).toBeGreaterThan(0.6);
  });
});
