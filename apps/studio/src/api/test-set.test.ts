import { describe, expect, it } from "vitest";

import { smallImpulse, smallRecording } from "../small-impulse.ts";
import { addRecording, createTestApi } from "../test-studio.ts";

describe("GET .../classify/all/result", () => {
  it("counts a label that JavaScript's objects have a meaning for like any other", async () => {
    const { classifier } = smallImpulse;
    const api = createTestApi({
      ...smallImpulse,
      classifier: classifier && { ...classifier, labels: ["__proto__", "moving"] },
    });
    await addRecording(api.studio, smallRecording(1), { projectId: api.projectId, label: "__proto__" });
    await api.call("startClassifyJob", {}, {});
    await api.jobsDone();

    const { accuracy } = (await (await api.request("getClassifyJobResult")).json()) as { accuracy: object };

    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(JSON.stringify(accuracy)).toContain('"summaryPerClass":{"__proto__":{"good":1,"bad":0}}');
    expect(JSON.stringify(accuracy)).toContain('"confusionMatrixValues":{"__proto__":{"__proto__":1}}');
  });

  it("does not keep others waiting for a long recording with many labels", async () => {
    const api = createTestApi();
    const structuredLabels = Array.from({ length: 100_000 }, (_, i) => ({
      startIndex: i,
      endIndex: i,
      label: i % 2 === 0 ? "still" : "moving",
    }));
    await addRecording(api.studio, smallRecording(10_000), { projectId: api.projectId, structuredLabels });
    await api.call("startClassifyJob", {}, {});
    await api.jobsDone();

    const started = performance.now();
    const { predictions } = await api.call("getClassifyJobResult", { featureExplorerOnly: true });

    expect(predictions).toHaveLength(19_999);
    expect(predictions.at(-1)?.label).toBe("moving");
    expect(performance.now() - started).toBeLessThan(2_500);
  });
});
