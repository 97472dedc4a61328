import { beforeEach, describe, expect, it } from "vitest";

import { createTestApi } from "../test-studio.ts";

let api: ReturnType<typeof createTestApi>;

beforeEach(() => {
  api = createTestApi();
});

describe("jobs", () => {
  it("are summed up by kind, and have nobody to tell of their end", async () => {
    await api.call("startRetrainJob");
    const jobId = (await api.call("startRetrainJob")).id;
    await api.jobsDone();
    const [startDate, endDate] = ["2000-01-01T00:00:00Z", "9999-01-01T00:00:00Z"];

    expect((await api.call("getJobsSummary", { startDate, endDate })).summary).toMatchObject([
      { category: "Training" },
    ]);
    expect((await api.call("getJobsSummary", { startDate, endDate: startDate })).summary).toEqual([]);
    expect(await api.call("updateJob", { jobId }, { jobNotificationUids: [] })).toEqual({ success: true });
    expect((await api.call("updateJob", { jobId }, { jobNotificationUids: [1] })).error).toContain("no users");
  });
});
