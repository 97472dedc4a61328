import { describe, expect, it } from "vitest";

import { createTestApp } from "../test-app.ts";
import { Admission } from "./admission.ts";
import { DEFAULT_LIMITS } from "./limits.ts";

const here = { address: "127.0.0.1", isLocal: true };

function admit(admission: Admission, address: string) {
  return admission.admit({ address, isLocal: false });
}

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

describe("GET /live", () => {
  it("counts nobody who names a WebSocket and does not ask for the change", async () => {
    const { request, hub, lines } = await createTestApp();

    const { status, body } = await request("GET", "/live", { headers: { upgrade: "websocket", connection: "close" } });

    expect(status).toBe(426);
    expect(body.type).toBe("urn:windowscope:problem:websocket-only");
    expect(hub.admission.connections).toBe(0);
    expect(lines.join("")).not.toContain('"level":"error"');
  });
});
