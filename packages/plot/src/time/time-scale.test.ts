import { describe, expect, it } from "vitest";

import { formatClock } from "./time-scale.ts";

describe("formatClock", () => {
  it("shows hours, minutes and seconds, and milliseconds between seconds", () => {
    expect(formatClock(6_100_000, 1_000)).toBe("01:41:40");
    expect(formatClock(6_100_250, 50)).toBe("01:41:40.250");
    expect(formatClock(0, 1_000)).toBe("00:00:00");
    expect(formatClock(360_000_000, 60_000)).toBe("100:00:00");
  });

  it("carries when it rounds, and signs what is before 0", () => {
    expect(formatClock(59_999.7, 1_000)).toBe("00:01:00");
    expect(formatClock(59_999.7, 100)).toBe("00:01:00.000");
    expect(formatClock(-1_500, 100)).toBe("-00:00:01.500");
  });
});
