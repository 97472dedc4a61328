import { describe, expect, it } from "vitest";

import { Behaviours, NORMAL, type HttpRule } from "./behaviour.ts";

describe("Behaviours.takeHttpRule", () => {
  function withRules(...http: HttpRule[]): Behaviours {
    const behaviours = new Behaviours();
    behaviours.set(1, { ...NORMAL, http });
    return behaviours;
  }

  it("finds none for a project that was told nothing", () => {
    expect(withRules({ status: 500 }).takeHttpRule(2, "listSamples")).toBeUndefined();
  });

  it("finds the first rule for the operation, until its times are used up", () => {
    const behaviours = withRules(
      { operations: ["getSample"], status: 500 },
      { times: 2, status: 502 },
      { status: 503 },
    );

    const statuses = Array.from({ length: 4 }, () => behaviours.takeHttpRule(1, "listSamples")?.status);

    expect(statuses).toEqual([502, 502, 503, 503]);
    expect(behaviours.takeHttpRule(1, "getSample")?.status).toBe(500);
  });

  it("applies a share to the same requests each time it is set", () => {
    const take = () => {
      const behaviours = withRules({ share: 0.25, status: 500 });
      return Array.from({ length: 1_000 }, () => behaviours.takeHttpRule(1, "listSamples") !== undefined);
    };
    const taken = take();

    expect(take()).toEqual(taken);
    expect(taken.filter(Boolean).length).toBeGreaterThan(200);
    expect(taken.filter(Boolean).length).toBeLessThan(300);
  });

  it("is normal again when told so", () => {
    const behaviours = withRules({ status: 500 });

    behaviours.setNormal(1);

    expect(behaviours.takeHttpRule(1, "listSamples")).toBeUndefined();
    expect(behaviours.of(1)).toBe(NORMAL);
  });
});
