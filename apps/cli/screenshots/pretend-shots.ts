/** Pictures of the page with projects of kinds that the local Studio does not have. */
import type { Page } from "playwright-core";

import { createFolder, findFreePorts, startProgram } from "../src/harness.ts";
import type { Camera, Shot } from "./camera.ts";
import { pretendProjects, type PretendProject } from "./pretend-projects.ts";
import { PretendStudio, sampleIdOf } from "./pretend-studio.ts";

/** Which picture shows which project, by its number. */
const PROJECT_SHOTS: readonly { readonly projectId: number; readonly shot: Omit<Shot, "hash"> }[] = [
  { projectId: 1, shot: { name: "image", prepare: pickPicture } },
  { projectId: 2, shot: { name: "audio", colorScheme: "dark", prepare: pickMismatch } },
  { projectId: 3, shot: { name: "regression", prepare: pickMismatch } },
  { projectId: 4, shot: { name: "classes-12", prepare: pickMismatch } },
  { projectId: 5, shot: { name: "classes-40", prepare: pickMismatch } },
  { projectId: 6, shot: { name: "error", prepare: (page) => page.getByText("not been trained").first().waitFor() } },
];

export async function takePretendShots(camera: Camera): Promise<void> {
  if (!camera.wants(...PROJECT_SHOTS.map(({ shot }) => shot.name))) return;
  const projects = pretendProjects();
  const studio = await PretendStudio.start(projects);
  const { folder, remove } = createFolder();
  const [port] = await findFreePorts(1);
  const program = startProgram(["serve"], {
    EI_API_KEY: "ei_made_up_for_pictures",
    EI_STUDIO_URL: studio.url,
    WINDOWSCOPE_CATEGORIES: "none",
    WINDOWSCOPE_DATA_DIR: folder,
    WINDOWSCOPE_PORT: String(port),
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    await program.prints("Connected to");
    for (const { projectId, shot } of PROJECT_SHOTS) {
      const project = projects.find(({ id }) => id === projectId);
      if (!project || !camera.wants(shot.name)) continue;
      const runId = await classifyAll(url, project);
      await camera.take(url, [{ ...shot, hash: project.inputKind === "image" ? "#session" : `#run=${runId}` }]);
    }
  } finally {
    await program.end("SIGINT");
    await studio.close();
    remove();
  }
}

/** @returns The run of the last sample; a project without samples is asked for one all the same. */
async function classifyAll(url: string, project: PretendProject): Promise<string> {
  let runId = "";
  for (let i = 0; i < Math.max(1, project.samples.length); i++) {
    const response = await fetch(`${url}/api/v1/runs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ projectId: project.id, sampleId: sampleIdOf(project, i) }),
    });
    if (!response.ok) throw new Error(`${project.name} was not classified: ${await response.text()}`);
    ({ runId } = (await response.json()) as { runId: string });
    await ended(`${url}/api/v1/runs/${runId}`);
  }
  return runId;
}

async function ended(url: string): Promise<void> {
  for (;;) {
    const { state } = (await (await fetch(url)).json()) as { state: string };
    if (state === "finished" || state === "failed") return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function pickMismatch(page: Page): Promise<void> {
  await page.waitForTimeout(2_000);
  await page.keyboard.press("n");
  await page.waitForTimeout(1_500);
}

async function pickPicture(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Hold" }).click();
  await page.keyboard.press("0");
  const pictures = page.getByRole("listbox", { name: "Pictures" });
  await pictures.getByRole("option").nth(7).click();
  await page.waitForTimeout(1_500);
}
