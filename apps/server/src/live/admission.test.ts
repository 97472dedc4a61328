import { describe, expect, it } from "vitest";

import { Admission, viewerAddress } from "./admission.ts";
import { DEFAULT_LIMITS } from "./limits.ts";

const here = { address: "::ffff:127.0.0.1", forwardedFor: undefined };

function admit(admission: Admission, address: string) {
  return admission.admit({ address, forwardedFor: undefined });
}

describe("viewerAddress", () => {
  it.each([
    { address: "127.0.0.1", forwardedFor: undefined, counted: undefined },
    { address: "::1", forwardedFor: "", counted: undefined },
    { address: "::ffff:192.0.2.1", forwardedFor: undefined, counted: "192.0.2.1" },
    // Anybody can write the header; only a proxy that we know is believed, and only what it wrote itself.
    { address: "192.0.2.1", forwardedFor: "198.51.100.7", counted: "192.0.2.1" },
    { address: "127.0.0.1", forwardedFor: "198.51.100.7", counted: "198.51.100.7" },
    { address: "127.0.0.1", forwardedFor: "203.0.113.1, 198.51.100.7", counted: "198.51.100.7" },
    { address: "10.0.0.1", forwardedFor: "203.0.113.1, 198.51.100.7, 10.0.0.1", counted: "198.51.100.7" },
    { address: "10.0.0.1", forwardedFor: undefined, counted: "10.0.0.1" },
  ])("counts $address with X-Forwarded-For $forwardedFor as $counted", ({ address, forwardedFor, counted }) => {
    expect(viewerAddress({ address, forwardedFor }, ["10.0.0.1"])).toBe(counted);
  });
});

describe("Admission.admit", () => {
  it("lets 64 in from one address, and another when one has left", () => {
    const admission = new Admission(DEFAULT_LIMITS);
    const admitted = Array.from({ length: 64 }, () => admit(admission, "192.0.2.1"));
    expect(admit(admission, "192.0.2.1")).toHaveProperty("refusal");
    expect(admit(admission, "192.0.2.2")).toHaveProperty("release");

    const [first] = admitted;
    if (first && "release" in first) first.release();

    expect(admit(admission, "192.0.2.1")).toHaveProperty("release");
  });

  it("lets 2,000 in, of which any number from this machine", () => {
    const admission = new Admission(DEFAULT_LIMITS);
    for (let i = 0; i < 2_000; i++) expect(admission.admit(here)).toHaveProperty("release");

    expect(admission.admit(here)).toHaveProperty("refusal");
    expect(admission.connections).toBe(2_000);
  });
});
