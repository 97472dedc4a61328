import { describe, expect, it } from "vitest";

import { DrawnBoxes } from "./drawn-boxes.svelte.ts";
import type { DrawnBox } from "./picture-marks.ts";

const cup: DrawnBox = { label: "cup", x: 1, y: 2, width: 3, height: 4 };
const cap: DrawnBox = { ...cup, label: "cap" };

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("DrawnBoxes", () => {
  it("has the boxes of the picture that is looked at, also when those before come later", async () => {
    const answers = new Map<number, (boxes: readonly DrawnBox[]) => void>();
    const drawn = new DrawnBoxes((_, sampleId) => new Promise((resolve) => answers.set(sampleId, resolve)));

    const leave = drawn.look({ projectId: 1, sampleId: 7 });
    leave();
    drawn.look({ projectId: 1, sampleId: 8 });
    answers.get(8)?.([cup]);
    answers.get(7)?.([cap]);
    await settled();

    expect(drawn.boxes).toEqual([cup]);
  });

  it("says that they could not be read, until another picture is looked at", async () => {
    let isThere = false;
    const drawn = new DrawnBoxes(() => (isThere ? Promise.resolve([cup]) : Promise.reject(new Error("gone"))));
    drawn.look({ projectId: 1, sampleId: 7 });
    await settled();
    expect(drawn).toMatchObject({ hasFailed: true, boxes: [] });

    isThere = true;
    drawn.look({ projectId: 1, sampleId: 8 });
    await settled();
    expect(drawn).toMatchObject({ hasFailed: false, boxes: [cup] });
  });
});
