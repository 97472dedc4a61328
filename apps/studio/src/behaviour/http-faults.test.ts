import { describe, expect, it } from "vitest";

import { mountHandlers } from "../api/mount.ts";
import { Projects } from "../projects.ts";
import { Behaviours, NORMAL } from "./behaviour.ts";
import { openTestStore } from "../test-studio.ts";
import { apiFaults } from "./http-faults.ts";

describe("apiFaults", () => {
  it("ends every delay when the Studio is to close", async () => {
    const projects = new Projects(openTestStore().database);
    const { id } = projects.create("Pumps", "");
    projects.addKey(id, "ei_test");
    const behaviours = new Behaviours();
    behaviours.set(id, { ...NORMAL, http: [{ delayMs: 60_000, status: 503 }] });
    const stop = new AbortController();
    const app = mountHandlers({}, projects, apiFaults(behaviours, stop.signal));

    const asked = app.request("/api/projects", { headers: { "x-api-key": "ei_test" } });
    stop.abort();

    expect((await asked).status).toBe(503);
  });
});
