/** What the page says where a recording does not fit the model, or there is none: the cause in Studio's own words. */
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from "vitest";

import { countWindows, runItems } from "./page.ts";
import { recordingOf, Stage } from "./stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
}, 120_000);

afterAll(() => stage?.close());

afterEach(() => stage.closeTabs());

const still = () => [0, 0, 9.8];
const swing = (timeS: number) => [8 * Math.sin(timeS * 9), 3 * Math.cos(timeS * 9), 9.8];

/** What Studio said of the run that failed, as the server keeps it. */
async function readError(on: Stage): Promise<string> {
  const { runs } = await on.read<{ runs: { state: string; error?: string }[] }>("/runs");
  return runs.find(({ state }) => state === "failed")?.error ?? "";
}

it(
  "a recording that the model does not fit is named with its reason, and the next one is shown",
  { timeout: 60_000 },
  async () => {
    const page = await stage.look();
    await page.getByRole("heading", { name: "No windows yet." }).waitFor();
    const twoAxes = JSON.parse(recordingOf(4, (timeS) => swing(timeS).slice(0, 2))) as {
      payload: { sensors: object[] };
    };
    twoAxes.payload.sensors.pop();
    await stage.upload("wave.two-axes", JSON.stringify(twoAxes));

    await page.getByRole("heading", { name: /wave\.two-axes.* could not be classified\.$/ }).waitFor();
    const error = await readError(stage);
    expect(error).toContain("accZ");
    await page.getByRole("status").getByText(error).waitFor();
    await page.getByRole("button", { name: "Upload a recording" }).waitFor();
    await (await runItems(page)).filter({ hasText: "wave.two-axes" }).getByText("failed").waitFor();

    await stage.upload("idle.fits", recordingOf(4, still));
    await expect.poll(() => countWindows(page)).toBe(26);
  },
);

it("a project whose impulse is not trained says so", { timeout: 60_000 }, async () => {
  const empty = await Stage.open({ project: "empty" });
  onTestFinished(() => empty.close());
  const page = await empty.look();
  await page.getByRole("heading", { name: "No windows yet." }).waitFor();

  await empty.upload("wave.untrained", recordingOf(4, swing));

  await page.getByRole("heading", { name: /wave\.untrained.* could not be classified\.$/ }).waitFor();
  const error = await readError(empty);
  expect(error).toMatch(/impulse/i);
  await page.getByRole("status").getByText(error).waitFor();
});
