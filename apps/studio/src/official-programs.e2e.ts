import { existsSync, readdirSync } from "node:fs";

import { referencePath } from "@windowscope/engine/reference-data";
import { EdgeImpulseApi } from "edge-impulse-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { installOfficialPrograms, type OfficialProgram, type OfficialPrograms } from "./official-programs.ts";
import { smallRecording } from "./small-impulse.ts";
import { STUDIO_PORTS } from "./ports.ts";
import { startStudio, type RunningStudio } from "./start.ts";

const KEY = "ei_official_programs";
const CAMERA = "Camera (640x480)";

/**
 * The official uploader is not on npm by itself; the function with which it sends a file is. One word for the category,
 * then files, each labelled by what its name begins with, as the uploader does.
 */
const UPLOADER = `
const { readFileSync } = require("node:fs");
const path = require("node:path");
const { Config } = require("edge-impulse-linux/build/cli-common/config.js");
const { upload } = require("edge-impulse-linux/build/cli-common/make-image.js");
const [category, ...files] = process.argv.slice(2);
(async () => {
  const configFactory = new Config();
  const config = await configFactory.verifyLogin(false, "${KEY}");
  const { projects: [project] } = await config.api.projects.listProjects();
  for (const file of files) {
    const filename = path.basename(file);
    const label = { type: "label", label: filename.split(".")[0] };
    const options = { apiKey: "${KEY}", filename, buffer: readFileSync(file), category, config, label, configFactory };
    await upload({ ...options, projectId: project.id, metadata: { place: "desk" }, allowDuplicates: false })
      .then(() => console.log(filename + " OK"), (error) => console.log(filename + " " + error.message));
  }
})();
`;

/** A compiled model that finds every second of sound noisy. The runner starts it and speaks JSON with it over a socket. */
const MODEL = `#!/usr/bin/env node
const parameters = {
  sensor: 1, frequency: 16000, interval_ms: 1 / 16, axis_count: 1, input_features_count: 16000, slice_size: 4000,
  label_count: 2, labels: ["noise", "quiet"], model_type: "classification", has_anomaly: 0, use_continuous_mode: false,
  thresholds: [{ id: 3, type: "classification", min_score: 0.6 }],
};
const project = { id: 7, name: "Sounds", owner: "Somebody", deploy_version: 5 };
require("node:net").createServer((socket) => {
  let text = "";
  socket.on("data", (data) => {
    const lines = (text += data).split("\\n");
    text = lines.pop();
    for (const line of lines) {
      const { id, hello } = JSON.parse(line);
      const about = { model_parameters: parameters, project, inferencing_engine: { engine_type: 2, properties: [] } };
      const scores = { result: { classification: { noise: 0.9, quiet: 0.1 } }, timing: { dsp: 1, classification: 1, anomaly: 0 } };
      socket.write(JSON.stringify({ id, success: true, ...(hello ? about : scores) }));
    }
  });
  // The runner is gone.
  socket.on("close", () => process.exit());
}).listen(process.argv[2]);
`;

/** Where this is, the programs want a microphone of it; where not, they leave the choice to `sox`, which is ours. */
const SOUND_CARDS = "/proc/asound/cards";
const NOT_THE_PRETENDED_MICROPHONE = `not run: with ${SOUND_CARDS} the program wants a real microphone`;

/** Starts a Studio where the programs look for one. */
function startStudioOnOfficialPorts(): Promise<RunningStudio> {
  return startStudio({ apiKey: KEY, project: "empty", ports: STUDIO_PORTS }).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code !== "EADDRINUSE") throw cause;
    const ports = Object.values(STUDIO_PORTS).join(", ");
    const advice = "End the Studio that runs here, or test in a network of its own: unshare --net sh -c";
    const message = `Edge Impulse's programs know no other ports than ${ports}, and one is taken. ${advice}`;
    throw new Error(`${message} 'ip link set lo up; npm test'.`, { cause });
  });
}

describe("Edge Impulse's own programs, edge-impulse-linux 1.25.2, unmodified", { timeout: 60_000 }, () => {
  let programs: OfficialPrograms;
  let studio: RunningStudio;
  let api: EdgeImpulseApi;
  let uploader: string;

  beforeAll(async () => {
    studio = await startStudioOnOfficialPorts();
    programs = await installOfficialPrograms();
    uploader = programs.write("uploader.cjs", UPLOADER);
    api = new EdgeImpulseApi({ endpoint: "http://localhost:4800" });
    await api.authenticate({ method: "apiKey", apiKey: KEY });
  }, 300_000);

  afterAll(async () => {
    programs?.remove();
    await studio?.close();
  });

  /** Starts `edge-impulse-linux` with a camera, and waits until it is connected. */
  async function connectCamera(): Promise<OfficialProgram> {
    const picture = programs.write("picture.jpg", Buffer.of(0xff, 0xd8, 0xff, 0xd9));
    const linux = programs.file("build/cli/linux/linux.js");
    const sensors = ["--disable-microphone", "--fake-camera", picture];
    const device = programs.start(linux, ["--api-key", KEY, ...sensors, "--dont-prompt-for-device-name"]);
    await device.prints(`is now connected to project "Local project"`);
    return device;
  }

  it("say that a key is wrong", async () => {
    const linux = programs.file("build/cli/linux/linux.js");
    const { code, output } = await programs.start(linux, ["--api-key", "ei_mistyped"]).ends();

    expect(code).toBe(1);
    expect(output).toContain("Failed to authenticate with Edge Impulse: Invalid API key");
  });

  it("upload recordings, and print why one is refused", async () => {
    const moving = programs.write("moving.1.json", JSON.stringify(smallRecording(2, 3)));
    const broken = programs.write("broken.json", "{");

    const { output } = await programs.start(uploader, ["testing", moving, broken, moving]).ends();
    const { samples } = await api.rawData.listSamples(studio.projectId, { category: "testing" });

    const lines = output.split("\n").filter((line) => line.includes(".json "));
    expect(lines).toEqual([
      "moving.1.json OK",
      expect.stringContaining("broken.json Request to http://localhost:4810/api/testing/files failed: Could not parse"),
      expect.stringContaining("An item with this hash already exists (ids: "),
    ]);
    expect(samples).toMatchObject([{ label: "moving", valuesCount: 20 }]);
  });

  it("upload the 26 real recordings", async ({ skip }) => {
    for (const category of ["training", "testing"] as const) {
      const folder = referencePath(skip, "gestures", category);
      const files = readdirSync(folder).filter((name) => name.endsWith(".cbor"));
      const before = await api.rawData.countSamples(studio.projectId, { category });

      const args = files.map((name) => referencePath(skip, "gestures", category, name));
      const { output } = await programs.start(uploader, [category, ...args]).ends();
      const after = await api.rawData.countSamples(studio.projectId, { category });

      expect(output.match(/\.cbor OK$/gm)).toHaveLength(files.length);
      expect(after.count - before.count).toBe({ training: 11, testing: 15 }[category]);
    }
  });

  it("upload sound and tables, and print why a table is refused", async ({ skip }) => {
    const names = ["hadouken.01.wav", "good.01.csv", "good.02.txt", "bad.01.csv"];
    const files = names.map((name) => referencePath(skip, "formats", name));

    const { output } = await programs.start(uploader, ["testing", ...files]).ends();
    const { samples } = await api.rawData.listSamples(studio.projectId, { category: "testing", limit: 3 });

    expect(output.match(/^(hadouken|good)\.\d\d\.\w+ OK$/gm)).toHaveLength(3);
    expect(output).toMatch(/^bad\.01\.csv Request to \S+ failed: ./m);
    expect(samples).toMatchObject([
      { label: "good", sensors: [{ name: "accX" }, { name: "accY" }, { name: "accZ" }], valuesCount: 1 },
      { label: "good", sensors: [{ name: "accX" }, { name: "accY" }, { name: "accZ" }], frequency: 62.5 },
      { label: "hadouken", sensors: [{ name: "audio", units: "wav" }], valuesCount: 44_100 },
    ]);
  });

  it("collect and sign data, and say so when the key is wrong", async () => {
    const { hmacKey = "" } = await api.projects.getHmacDevkey(studio.projectId);
    const collect = programs.file("examples/js/collect-custom.js");

    const good = await programs.start(collect, [], { API_KEY: KEY, HMAC_KEY: hmacKey }).ends();
    const bad = await programs.start(collect, [], { API_KEY: "ei_mistyped" }).ends();
    const { samples } = await api.rawData.listSamples(studio.projectId, {
      category: "training",
      labels: '["linuxtest"]',
    });

    expect(good).toMatchObject({ code: 0, output: expect.stringContaining("Uploading data OK") as string });
    expect(bad).toMatchObject({ code: 1, output: expect.stringContaining("Invalid API key") as string });
    expect(samples).toMatchObject([
      { deviceType: "CUSTOM-COLLECTOR", frequency: 62.5, valuesCount: 125, signatureValidate: true },
    ]);
  });

  it("connect as a device, show their sensors, and say why a recording of theirs was refused", async () => {
    const device = await connectCamera();
    const { devices } = await api.devices.listDevices(studio.projectId);
    const connected = devices.find(({ deviceType }) => deviceType === "EDGE_IMPULSE_LINUX");
    const request = { label: "door", lengthMs: 1000, intervalMs: 10, category: "testing" as const };
    await api.devices.startSampling(studio.projectId, connected?.deviceId ?? "", { ...request, sensor: CAMERA });
    await device.prints("Failed to sample data");
    const { output } = await device.interrupt();

    expect(connected).toMatchObject({
      remoteMgmtMode: "ingestion",
      sensors: [{ name: CAMERA, frequencies: [], maxSampleLengthS: 60_000 }],
    });
    expect(output).toMatch(/Request to http:\/\/localhost:4810\/api\/testing\/files failed: .*door\.jpg/);
  });

  it("record sound when the Studio asks them to", async ({ skip }) => {
    skip(existsSync(SOUND_CARDS), NOT_THE_PRETENDED_MICROPHONE);
    const args = ["--api-key", KEY, "--disable-camera", "--dont-prompt-for-device-name"];
    const device = programs.start(programs.file("build/cli/linux/linux.js"), args);
    await device.prints(`is now connected to project "Local project"`);
    const { devices } = await api.devices.listDevices(studio.projectId);
    const connected = devices.find(({ remoteMgmtMode }) => remoteMgmtMode === "ingestion");
    await api.devices.startSampling(studio.projectId, connected?.deviceId ?? "", {
      label: "hum",
      lengthMs: 500,
      intervalMs: 1000 / 16_000,
      category: "testing",
      sensor: "Microphone",
    });
    await device.prints(/Sampling finished|Failed to sample data/);
    const { output } = await device.interrupt();
    const { samples } = await api.rawData.listSamples(studio.projectId, { category: "testing", labels: '["hum"]' });

    expect(connected?.sensors).toEqual([{ name: "Microphone", maxSampleLengthS: 3600, frequencies: [16_000] }]);
    expect(output).not.toContain("Failed to sample data");
    expect(samples).toMatchObject([{ frequency: 16_000, valuesCount: 8_000, sensors: [{ name: "audio" }] }]);
  });

  it("take the name that a person types, and the Studio keeps it", async () => {
    const picture = programs.write("picture.jpg", Buffer.of(0xff, 0xd8, 0xff, 0xd9));
    const sensors = ["--disable-microphone", "--fake-camera", picture];
    const device = programs.start(programs.file("build/cli/linux/linux.js"), ["--api-key", KEY, ...sensors]);
    await device.prints("What name do you want to give this device?");
    device.types("kitchen");
    await device.prints('Device "kitchen" is now connected to project');
    await device.interrupt();
    const { devices } = await api.devices.listDevices(studio.projectId);
    const named = devices.find(({ name }) => name === "kitchen");
    const { deviceId = "" } = named ?? {};
    // The program asks no more once a device has a name of its own; the next test is to be asked.
    await api.devices.renameDevice(studio.projectId, deviceId, { name: deviceId });

    expect(named).toMatchObject({ deviceType: "EDGE_IMPULSE_LINUX" });
  });

  it("connect again when the Studio was started anew", async () => {
    const device = await connectCamera();
    await studio.close();
    await device.prints("Trying to connect in 1 second...");
    studio = await startStudioOnOfficialPorts();
    await device.prints(/is now connected to project[^]*is now connected to project/);
    await device.interrupt();

    const { devices } = await api.devices.listDevices(studio.projectId);
    expect(devices).toMatchObject([{ deviceType: "EDGE_IMPULSE_LINUX" }]);
  });

  it("run a model beside the Studio, as a device", async ({ skip }) => {
    skip(existsSync(SOUND_CARDS), NOT_THE_PRETENDED_MICROPHONE);
    const runner = programs.file("build/cli/linux/runner.js");
    const model = programs.write("model.eim", MODEL);
    const preview = ["--preview-host", "127.0.0.1", "--preview-port", "0"];
    const device = programs.start(runner, ["--api-key", KEY, "--model-file", model, "--monitor", ...preview]);
    await device.prints("What name do you want to give this device?");
    device.types("");
    await device.prints("is now connected to project");
    await device.prints(/classifyRes \d+ms\. \{ noise: 0\.9, quiet: 0\.1 \}/);
    const { devices } = await api.devices.listDevices(studio.projectId);
    const { output } = await device.interrupt();

    const inferenceInfo = { projectId: 7, projectOwner: "Somebody", projectName: "Sounds", deployedVersion: 5 };
    expect(devices).toMatchObject([{ remoteMgmtMode: "inference", inferenceInfo }]);
    expect(output).toContain("Starting the audio classifier for Somebody / Sounds (v5)");
  });
});
