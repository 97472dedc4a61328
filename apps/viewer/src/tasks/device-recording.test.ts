import type { Recording } from "@windowscope/protocol";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { RefusedError } from "../api.ts";
import { run } from "../page/test-snapshot.ts";
import { DeviceRecording, recordingOf } from "./device-recording.svelte.ts";
import { readSettings, type RecordingSettings, type SettingsStore } from "./recording-settings.ts";
import { createTestPage, project, type TestPage } from "./test-page.ts";
import type { TasksApi } from "./tasks-api.ts";

const settings: RecordingSettings = {
  deviceId: "board",
  sensor: "Accelerometer",
  label: " wave ",
  lengthMs: 10_000,
  frequencyHz: 62.5,
  category: "testing",
};

const asked: Recording = {
  recordingId: "recording-1",
  projectId: 1,
  deviceId: "board",
  label: "wave",
  category: "testing",
  lengthMs: 10_000,
  intervalMs: 16,
  state: "waiting",
  createdAt: "2026-01-01T10:00:00.000Z",
};

let test: TestPage;
let recording: DeviceRecording;
let stored: Map<string, string>;
let store: SettingsStore;
let api: { [K in "startRecording" | "cancelRecording" | "startRun"]: ReturnType<typeof vi.fn<TasksApi[K]>> };

beforeEach(() => {
  test = createTestPage();
  stored = new Map();
  store = { getItem: (key) => stored.get(key) ?? null, setItem: (key, text) => void stored.set(key, text) };
  api = {
    startRecording: vi.fn<TasksApi["startRecording"]>().mockResolvedValue("recording-1"),
    cancelRecording: vi.fn<TasksApi["cancelRecording"]>().mockResolvedValue(),
    startRun: vi.fn<TasksApi["startRun"]>().mockResolvedValue("run-1"),
  };
  recording = new DeviceRecording(test.page, api, store);
});

async function start(): Promise<void> {
  await recording.start(project, settings);
}

async function hear(change: Partial<Recording>): Promise<void> {
  test.scope.push({ type: "watched", log: "recording-1", recording: { ...asked, ...change } });
  await test.scope.settle();
}

function standing(): string {
  return recording.steps.map(({ standing }) => standing).join(" ");
}

describe("DeviceRecording", () => {
  it("asks the device for what the form has, and remembers it", async () => {
    await start();

    expect(api.startRecording).toHaveBeenCalledWith(1, "board", {
      label: "wave",
      lengthMs: 10_000,
      category: "testing",
      sensor: "Accelerometer",
      frequencyHz: 62.5,
    });
    expect(readSettings(store, 1)).toEqual(settings);
  });

  it("goes step by step from the request to the windows", async () => {
    await start();
    expect([recording.state, standing()]).toEqual(["going", "now later later later later"]);

    await hear({ state: "reading", percent: 40 });
    expect(standing()).toBe("done done now later later");

    await hear({ state: "finished", sampleId: 7, runId: "run-1" });
    expect([recording.state, standing(), recording.canCancel]).toEqual(["going", "done done done done now", false]);

    await test.tell({ runs: [{ ...run, state: "streaming" }] });
    expect(recording.state).toBe("shown");
    expect(recording.show()).toBe(true);
    expect(test.page.source).toMatchObject({ kind: "run", runId: "run-1" });
  });

  it("has the sample classified when nobody watches its category", async () => {
    await start();

    await hear({ state: "finished", sampleId: 7 });

    expect(api.startRun).toHaveBeenCalledExactlyOnceWith({ projectId: 1, sampleId: 7 });
  });

  it("stays in the form with the server's words when the device is refused", async () => {
    api.startRecording.mockRejectedValueOnce(new RefusedError("The device is busy.", 409));

    await start();

    expect([recording.state, recording.failure]).toEqual(["asking", "The device is busy."]);
  });

  it("keeps the step where it failed, with Studio's words", async () => {
    await start();
    await hear({ state: "started" });
    await hear({ state: "failed", error: "Device is gone." });

    expect([recording.state, recording.failure, standing()]).toEqual([
      "failed",
      "Device is gone.",
      "done failed later later later",
    ]);
  });

  it("fails when the classification of its sample does", async () => {
    await start();
    await hear({ state: "finished", sampleId: 7, runId: "run-1" });
    await test.tell({ runs: [{ ...run, state: "failed", windows: 0, error: "No impulse." }] });

    expect([recording.state, recording.failure]).toEqual(["failed", "No impulse."]);
  });

  it("is cancelled when the server says so, not when it was asked for", async () => {
    await start();
    await recording.cancel();
    expect(recording.state).toBe("going");

    await hear({ state: "cancelled" });
    expect([recording.state, standing()]).toEqual(["cancelled", "failed later later later later"]);

    recording.reset();
    expect(recording.state).toBe("asking");
  });

  it("goes on when it cannot be cancelled, and says why", async () => {
    api.cancelRecording.mockRejectedValueOnce(new RefusedError("The server does not answer."));
    await start();
    await recording.cancel();

    expect([recording.state, recording.warning]).toEqual(["going", "Not cancelled: The server does not answer."]);

    await hear({ state: "finished", sampleId: 7, runId: "run-1" });
    await test.tell({ runs: [run] });
    expect(recording.state).toBe("shown");
  });

  it("does not blame the next recording for a cancelling of the one before that comes late", async () => {
    let refuse: (cause: Error) => void = () => undefined;
    api.cancelRecording.mockReturnValueOnce(new Promise((_, reject) => (refuse = reject)));
    await start();
    const cancelling = recording.cancel();
    await hear({ state: "failed", error: "Device is gone." });
    api.startRecording.mockResolvedValue("recording-2");
    await start();
    refuse(new RefusedError("The recording has ended.", 409));
    await cancelling;

    expect([recording.recordingId, recording.state, recording.warning]).toEqual(["recording-2", "going", undefined]);
  });

  it("knows what a device does for somebody else", async () => {
    const other: Recording = { ...asked, recordingId: "recording-2", label: "idle", state: "reading" };
    await test.tell({ recordings: [other, { ...asked, recordingId: "recording-3", state: "finished" }] });

    expect(recording.busyWith("board")?.label).toBe("idle");
    expect(recording.busyWith("phone")).toBeUndefined();
  });
});

describe("recordingOf", () => {
  it("finds a recording again that goes on while nobody looks, and makes way when it is over", async () => {
    const open = () => recordingOf(test.page, () => new DeviceRecording(test.page, api, store));
    await open().start(project, settings);
    await hear({ state: "reading" });
    expect(open().state).toBe("going");
    expect(open().recording?.state).toBe("reading");
    test.scope.push({ type: "runs", runs: [run], testRuns: [], recordings: [], isCaughtUp: true });
    await hear({ state: "finished", runId: run.runId });

    expect(open().state).toBe("asking");
  });
});
