/** What people start from the page: recordings and uploads. The local Studio and the demo's devices do the work. */
import { runDemoDevices } from "@windowscope/studio";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { countWindows, dragOver, readWindow, runItems } from "./page.ts";
import { recordingOf, Stage } from "./stage.ts";

let stage: Stage;
const stop = new AbortController();
let devices: Promise<void>;

beforeAll(async () => {
  stage = await Stage.open();
  const { devicesUrl, ingestionUrl } = stage.studio;
  devices = runDemoDevices({
    ...{ remoteManagementUrl: devicesUrl, ingestionUrl, apiKey: stage.apiKey },
    ...{ seed: 7, signal: stop.signal, log: () => undefined },
  });
}, 120_000);

afterAll(async () => {
  stop.abort();
  await devices;
  await stage?.close();
});

afterEach(() => stage.closeTabs());

const swing = (timeS: number) => [8 * Math.sin(timeS * 9), 3 * Math.cos(timeS * 9), 9.8];

async function drop(page: Page, ...files: readonly { name: string; bytes: Uint8Array }[]): Promise<void> {
  const listed = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString("base64") }));
  const transfer = await page.evaluateHandle((those) => {
    const dropped = new DataTransfer();
    for (const { name, base64 } of those) {
      dropped.items.add(new File([Uint8Array.from(atob(base64), (each) => each.charCodeAt(0))], name));
    }
    return dropped;
  }, listed);
  await dragOver(page, transfer);
  await page.locator("body").dispatchEvent("drop", { dataTransfer: transfer });
}

/** Sound as a WAV file has it: one channel, 16 bits. */
function wavOf(samples: number): Uint8Array {
  const bytes = Buffer.alloc(44 + 2 * samples);
  bytes.write("RIFF", 0).toString();
  bytes.writeUInt32LE(36 + 2 * samples, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(16_000, 24);
  bytes.writeUInt32LE(32_000, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(2 * samples, 40);
  for (let i = 0; i < samples; i++) bytes.writeInt16LE(Math.round(9_000 * Math.sin(i / 7)), 44 + 2 * i);
  return bytes;
}

function csvOf(seconds: number): Uint8Array {
  const rows = Array.from({ length: Math.round(seconds * 62.5) }, (_, i) => [i * 16, ...swing(i * 0.016)].join(","));
  return Buffer.from(["timestamp,accX,accY,accZ", ...rows].join("\n"));
}

describe("a recording from the page", () => {
  it("goes step by step from the device to its windows", { timeout: 60_000 }, async () => {
    const page = await stage.look();
    await page.getByRole("button", { name: "Record", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Record" });
    await dialog
      .getByRole("radio", { name: /connected$/ })
      .first()
      .check();
    await dialog.getByLabel("Length, s").fill("4");
    await dialog.getByRole("button", { name: "Record", exact: true }).click();
    await dialog.getByText("Say what is going to be recorded.").waitFor();
    await dialog.getByLabel("Label", { exact: true }).fill("wave");
    await dialog.getByRole("button", { name: "Record", exact: true }).click();

    const steps = dialog.getByRole("listitem");
    // Watched for together: the recording goes on meanwhile.
    await Promise.all([
      steps.filter({ hasText: "Reading from the device" }).and(dialog.locator("[aria-current=step]")).waitFor(),
      dialog.getByText(/^\d+ %$/).waitFor(),
      steps.nth(4).waitFor(),
    ]);
    await dialog.waitFor({ state: "detached", timeout: 30_000 });

    await expect.poll(() => countWindows(page)).toBeGreaterThan(20);
    expect(await readWindow(page, 0)).toMatchObject({ "#": "0", Expected: "wave" });
    await page.getByRole("button", { name: "← Session" }).waitFor();
  });

  it("cannot be started without a device, and says how to connect one", async () => {
    stop.abort();
    await devices;
    await expect
      .poll(async () => {
        const { devices: known } = await stage.read<{ devices: { isConnected: boolean }[] }>(
          `/projects/${stage.studio.projectId}`,
        );
        return known.some(({ isConnected }) => isConnected);
      })
      .toBe(false);
    const page = await stage.look();
    await page.getByRole("button", { name: "Record", exact: true }).click();

    const dialog = page.getByRole("dialog", { name: "Record" });
    await dialog.getByText("not connected: start its daemon, or open its data-collection page").first().waitFor();
    for (const radio of await dialog.getByRole("radio").all()) expect(await radio.isDisabled()).toBe(true);
  });
});

describe("dropped files", () => {
  it("are uploaded, classified and shown: one recording at once", { timeout: 60_000 }, async () => {
    const page = await stage.look();
    await page.getByRole("button", { name: "Record", exact: true }).waitFor();
    await drop(page, { name: "idle.dropped.json", bytes: Buffer.from(recordingOf(4, swing)) });
    const dialog = page.getByRole("dialog", { name: "Upload" });
    await dialog.getByText("idle.dropped.json").waitFor();
    await dialog.getByRole("button", { name: "Upload", exact: true }).click();

    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => countWindows(page)).toBe(26);
    expect(await readWindow(page, 25)).toMatchObject({ Expected: "idle", "Start s": "2.00" });
    await page.getByText("idle.dropped", { exact: false }).first().waitFor();
  });

  it("of several kinds say each how they stand, with Studio's reason for what has no windows", async () => {
    const page = await stage.look();
    await page.getByRole("button", { name: "Record", exact: true }).waitFor();
    await drop(
      page,
      { name: "snake.table.csv", bytes: csvOf(5) },
      { name: "hello.sound.wav", bytes: wavOf(32_000) },
      { name: "broken.json", bytes: Buffer.from("{") },
    );
    const dialog = page.getByRole("dialog", { name: "Upload" });
    await dialog.getByLabel("Label of all").fill("wave");
    await dialog.getByRole("button", { name: "Upload", exact: true }).click();

    const item = (name: string) => dialog.getByRole("listitem").filter({ hasText: name });
    await item("snake.table.csv").getByText("38 windows").waitFor();
    await item("hello.sound.wav")
      .getByText(/lacks accX, accY, accZ/)
      .waitFor();
    await item("broken.json").getByText(/!/).waitFor();
    await dialog.getByRole("button", { name: "Show snake.table.csv" }).click();
    await expect.poll(() => countWindows(page)).toBe(38);
    expect(await readWindow(page, 0)).toMatchObject({ Expected: "wave" });
    await (await runItems(page)).filter({ hasText: "failed" }).first().waitFor();
  });
});
