import { describe, expect, it } from "vitest";

import { sayCsvForm } from "./csv-form.ts";

describe("sayCsvForm", () => {
  it("names the axes and the step of the impulse", () => {
    expect(sayCsvForm(["accX", "accY"], 62.5)).toBe(
      "A CSV begins with a row of names: timestamp, then accX, accY. Timestamps are in ms, 16 apart (62.5 Hz).",
    );
  });

  it("says what it can before anything is known", () => {
    expect(sayCsvForm([], undefined)).toBe(
      "A CSV begins with a row of names: timestamp, then one for each axis of the impulse, by its name. Timestamps are in ms.",
    );
  });
});
