/** Pictures, sound, numbers and many classes on the page: projects of kinds that the local Studio does not have. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { pretendProjects } from "../screenshots/pretend-projects.ts";
import { PretendStudio, sampleIdOf } from "../screenshots/pretend-studio.ts";
import { findAxeFaults } from "./axe-faults.ts";
import { countWindows, inspector, windowsTable } from "./page.ts";
import { Stage } from "./stage.ts";

const PROJECTS = pretendProjects();

let studio: PretendStudio;
let stage: Stage;

beforeAll(async () => {
  studio = await PretendStudio.start(PROJECTS);
  stage = await Stage.open({ studioUrl: studio.url, env: { WINDOWSCOPE_CATEGORIES: "none" } });
}, 120_000);

afterAll(async () => {
  await stage?.close();
  await studio?.close();
});

afterEach(() => stage.closeTabs());

/** Has all samples of a project classified. @returns The run of the last one. */
async function classify(projectName: string): Promise<string> {
  const project = PROJECTS.find(({ name }) => name === projectName);
  if (!project) throw new Error(`There is no project ${projectName}.`);
  let last = "";
  for (let i = 0; i < Math.max(1, project.samples.length); i++) {
    const response = await fetch(`${stage.url}/api/v1/runs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ projectId: project.id, sampleId: sampleIdOf(project, i) }),
    });
    const { runId } = (await response.json()) as { runId: string };
    await expect
      .poll(async () => (await stage.read<{ state: string }>(`/runs/${runId}`)).state)
      .toMatch(/^(finished|failed)$/);
    last = runId;
  }
  return last;
}

async function look(runId: string): Promise<Page> {
  const page = await stage.look(`#run=${runId}`);
  await expect.poll(() => countWindows(page)).toBeGreaterThan(0);
  return page;
}

describe("the page of an image project", () => {
  it("shows a strip of the session's pictures, and what was found in the picked one", { timeout: 60_000 }, async () => {
    await classify("Parts on a belt");
    const page = await stage.look("#session");
    const pictures = page.getByRole("listbox", { name: "Pictures" }).getByRole("option");
    await expect.poll(() => pictures.count()).toBe(12);
    await expect.poll(() => countWindows(page)).toBe(12);

    await pictures.nth(2).click();

    await expect.poll(() => pictures.nth(2).getAttribute("aria-selected")).toBe("true");
    await page.getByRole("img", { name: /^Picture of belt\.003, predicted .*(washer|nut|screw) 0\.\d+/ }).waitFor();
    await page.keyboard.press("Enter");
    const large = page.getByRole("dialog");
    await large.getByRole("img", { name: /^Picture of belt\.003/ }).waitFor();
    await page.keyboard.press("Escape");
    await large.waitFor({ state: "detached" });
    await pictures.nth(2).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("img", { name: /^Picture of belt\.004/ }).waitFor();
    expect(await findAxeFaults(page)).toEqual([]);
  });

  it(
    "tries again what did not come: by a button, and when it is scrolled to once more",
    { timeout: 60_000 },
    async () => {
      const page = await stage.tab({ viewport: { width: 500, height: 900 } });
      await page.route("**/image", (route) => route.fulfill({ status: 502, body: "" }));
      await page.goto(`${stage.url}/#session`);
      const strip = page.getByRole("listbox", { name: "Pictures" });
      const missing = strip.getByText("no picture");
      await missing.first().waitFor();
      await page.getByRole("button", { name: /^#/ }).click();
      const sheet = inspector(page);
      await sheet.getByText("The picture could not be loaded.").waitFor();
      expect(await findAxeFaults(page)).toEqual([]);

      await page.unroute("**/image");
      await sheet.getByRole("button", { name: "Try again" }).click();
      await sheet.getByRole("img", { name: /^Picture of belt/ }).waitFor();

      expect(await missing.count()).toBeGreaterThan(0);
      await expect
        .poll(async () => {
          for (const left of [100_000, 0, 100_000]) {
            await strip.evaluate((element, to) => element.scrollTo({ left: to, behavior: "instant" }), left);
            await page.evaluate(
              () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
            );
          }
          return missing.count();
        })
        .toBe(0);
    },
  );
});

describe("the page of a recording", () => {
  it("of sound plays it, and its position goes where a window is picked", { timeout: 60_000 }, async () => {
    const page = await look(await classify("Door, spoken"));
    const sound = page.getByRole("region", { name: "Sound" });
    const position = sound.getByRole("slider", { name: "Position" });
    await sound.getByRole("button", { name: "Play" }).waitFor();
    await expect.poll(() => position.getAttribute("max")).not.toBe("1");

    await page.keyboard.press("n");
    await inspector(page).getByText("Selected window").waitFor();

    await expect.poll(async () => Number(await position.inputValue())).toBeGreaterThan(0);
    expect(await findAxeFaults(page)).toEqual([]);
    await sound.getByRole("button", { name: "Play" }).click();
    await sound.getByRole("button", { name: "Pause" }).waitFor();

    // As it is where other sound begins: the player stops, and says only that it is empty.
    await sound.locator("audio").evaluate((player: HTMLAudioElement) => player.load());
    // Long before the sound is over.
    await sound.getByRole("button", { name: "Play" }).waitFor({ timeout: 5_000 });
  });

  it("of a regression names the value, what was expected, and by how much it is off", { timeout: 60_000 }, async () => {
    const page = await look(await classify("Flow of a pump"));
    await page.keyboard.press("n");
    await inspector(page).getByText("Selected window").waitFor();

    const readout = page.getByRole("region", { name: "Regression" });
    for (const name of ["Value", "Expected", "Error"]) await readout.getByText(name, { exact: true }).waitFor();
    await readout.getByText(/^[+\u2212]\d/).waitFor();
    expect(await findAxeFaults(page)).toEqual([]);
  });

  it("with forty classes shows those that matter, the others when asked", { timeout: 60_000 }, async () => {
    const page = await look(await classify("Forty words"));
    const timeline = page.getByRole("region", { name: "Timeline" });
    const others = timeline.getByRole("button", { name: /^\+ \d+ others$/ });
    await others.waitFor();
    expect(await windowsTable(page).getByRole("columnheader").count()).toBeGreaterThan(40);
    expect(await findAxeFaults(page)).toEqual([]);

    await others.click();

    await timeline.getByRole("button", { name: "show fewer" }).click();
    await others.waitFor();
  });
});
