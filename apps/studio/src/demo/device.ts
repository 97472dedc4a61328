/**
 * The demo's devices: simulated boards, each of which speaks remote management and ingestion like a real one.
 *
 * A board says hello, waits to be asked to sample, takes as long as a recording takes, signs it, uploads it, and says so. It
 * knows nothing of the Studio at the other end but the two addresses and a key.
 */
import { setTimeout as pause } from "node:timers/promises";

import { createSeededRandom, type SeededRandom } from "@windowscope/engine";
import { WebSocket } from "ws";

import { KNOWN_MOVEMENTS, simulateMovement, type Movement } from "./motion.ts";
import { DEVICE_TYPE, packRecording } from "./recording-file.ts";

interface DemoDeviceOptions {
  readonly remoteManagementUrl: string;
  readonly ingestionUrl: string;
  readonly apiKey: string;
  readonly deviceId: string;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Told what happens, a line each. */
  readonly log: (line: string) => void;
  /** How much faster than the clock a recording passes; more than 1 only for tests. */
  readonly speed?: number;
}

interface SampleRequest {
  readonly label: string;
  readonly length: number;
  readonly interval: number;
  readonly path: string;
  readonly hmacKey: string;
}

/** A demo device that crashed and came back would be the same board. */
export const DEMO_DEVICE_ID = "simulated-board";
/** The demo leaves this one to people: the other is busy most of the time. */
const SPARE_DEVICE_ID = "spare-board";

const RECONNECT_MS = 1_000;
/** Studio likes to hear about progress a few times in a recording. */
const PROGRESS_STEPS = 10;
/** Share of the recordings in which the hand comes to rest for a moment. */
const HESITATES = 0.35;

/** Runs both boards until `signal` aborts. */
export async function runDemoDevices(options: Omit<DemoDeviceOptions, "deviceId">): Promise<void> {
  // Lists of devices begin with the one that came first, and who records wants one that is free.
  const boards = [SPARE_DEVICE_ID, DEMO_DEVICE_ID];
  await Promise.all(boards.map((deviceId, i) => runDemoDevice({ ...options, deviceId, seed: options.seed + i })));
}

/** Runs until `signal` aborts; reconnects when the connection is lost. */
async function runDemoDevice(options: DemoDeviceOptions): Promise<void> {
  const { signal, log } = options;
  const random = createSeededRandom(options.seed);
  let trouble = "";
  while (!signal.aborted) {
    const ended = await session(options, random).then(
      () => "",
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    // The same trouble every second is told once.
    if (ended !== "" && ended !== trouble) log(ended);
    trouble = ended;
    await pause(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** One connection, from hello to its end. */
async function session(options: DemoDeviceOptions, random: SeededRandom): Promise<void> {
  const { remoteManagementUrl, apiKey, deviceId, signal, log } = options;
  const socket = new WebSocket(remoteManagementUrl);
  const close = () => socket.close();
  signal.addEventListener("abort", close);
  const say = (message: object) => socket.send(JSON.stringify(message));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("close", () => resolve());
      socket.on("open", () => say(hello(apiKey, deviceId)));
      socket.on("message", (data: Buffer) => {
        const message = JSON.parse(data.toString("utf8")) as {
          hello?: boolean;
          err?: string;
          sample?: SampleRequest;
        };
        if (message.hello === true) log(`connected to ${remoteManagementUrl} as ${deviceId}`);
        if (message.hello === false) reject(new Error(`Studio refused the device: ${message.err}`));
        if (message.sample) {
          void record(message.sample, options, random, say).catch((error: unknown) => {
            if (socket.readyState === WebSocket.OPEN) say({ sample: false, error: String(error) });
          });
        }
      });
    });
  } finally {
    signal.removeEventListener("abort", close);
    socket.terminate();
  }
}

function hello(apiKey: string, deviceId: string): object {
  return {
    hello: {
      version: 3,
      apiKey,
      deviceId,
      deviceType: DEVICE_TYPE,
      connection: "ip",
      sensors: [{ name: "Accelerometer", maxSampleLengthS: 60, frequencies: [62.5] }],
      supportsSnapshotStreaming: false,
    },
  };
}

async function record(
  request: SampleRequest,
  { ingestionUrl, apiKey, deviceId, signal, log, speed = 1 }: DemoDeviceOptions,
  random: SeededRandom,
  say: (message: object) => void,
): Promise<void> {
  const { label, length: lengthMs, interval: intervalMs, path, hmacKey } = request;
  say({ sample: true });
  say({ sampleStarted: true });
  for (let step = 1; step <= PROGRESS_STEPS; step++) {
    await pause(lengthMs / PROGRESS_STEPS / speed, undefined, { signal });
    say({ sampleReading: true, progressPercentage: (100 * step) / PROGRESS_STEPS });
  }

  const hesitates = random.uniform() < HESITATES;
  const values = simulateMovement(movementFor(label), { lengthMs, intervalMs, hesitates }, random);
  const file = packRecording(values, { deviceName: deviceId, intervalMs, hmacKey });
  say({ sampleUploading: true });
  const response = await fetch(new URL(path, ingestionUrl), {
    method: "POST",
    headers: {
      "x-api-key": apiKey,
      "x-file-name": encodeURIComponent(label),
      "x-label": encodeURIComponent(label),
      "content-type": "application/cbor",
    },
    body: new Uint8Array(file),
    signal,
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`Upload failed with status ${response.status}: ${answer}`);
  log(`recorded ${lengthMs} ms of ${label}, stored as ${answer}`);
  say({ sampleFinished: true });
}

/** A label is what somebody is asked to do; for one that the simulation does not know, it shakes. */
function movementFor(label: string): Movement {
  return KNOWN_MOVEMENTS.find((movement) => movement === label) ?? "shake";
}
