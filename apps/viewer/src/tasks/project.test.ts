import { describe, expect, it, vi } from "vitest";

import { RefusedError } from "../api.ts";
import { run } from "../page/test-snapshot.ts";
import { ProjectOffer } from "./project.svelte.ts";
import { createTestPage, project } from "./test-page.ts";
import type { TasksApi } from "./tasks-api.ts";

const readProject = () => vi.fn<TasksApi["readProject"]>().mockResolvedValue(project);

describe("ProjectOffer", () => {
  it("asks for the project of the newest run", async () => {
    const test = createTestPage();
    await test.tell({ runs: [{ ...run, projectId: 5 }] });
    const api = { readProject: readProject() };
    const offer = new ProjectOffer(test.page, api);

    await offer.read();

    expect(api.readProject).toHaveBeenCalledWith(5);
    expect(offer.details?.name).toBe("Continuous motion");
  });

  it("asks the server which project there is before the first run", async () => {
    const api = { readProject: readProject() };
    const offer = new ProjectOffer(createTestPage().page, api, () => Promise.resolve([{ projectId: 3 }]));

    await offer.read();

    expect(api.readProject).toHaveBeenCalledWith(3);
  });

  it("says what to do when there is no project", async () => {
    const offer = new ProjectOffer(createTestPage().page, { readProject: readProject() }, () => Promise.resolve([]));

    await offer.read();

    expect(offer.failure).toBe("The server shows no project. Check its key for Studio.");
  });

  it("keeps what it knows when the server does not answer, and says so", async () => {
    const test = createTestPage();
    await test.tell({ runs: [run] });
    const api = { readProject: readProject() };
    const offer = new ProjectOffer(test.page, api);
    await offer.read();
    api.readProject.mockRejectedValueOnce(new RefusedError("The server does not answer."));

    await offer.read();

    expect([offer.details?.projectId, offer.failure]).toEqual([1, "The server does not answer."]);
  });
});
