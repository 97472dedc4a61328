import { setTimeout as pause } from "node:timers/promises";

import { createSeededRandom } from "@windowscope/engine";

import { DeviceError } from "../devices/device-events.ts";
import type { RemoteManagement } from "../devices/remote-management.ts";
import type { LocalStudio } from "../local-studio.ts";
import type { Project } from "../projects.ts";
import { DEMO_INTERVAL_MS } from "./demo-project.ts";
import { DEMO_DEVICE_ID } from "./device.ts";
import { KNOWN_MOVEMENTS } from "./motion.ts";
import { DEVICE_TYPE } from "./recording-file.ts";

const RECORDING_MS = 8_000;
const PAUSE_MS = 2_000;
/** One recording in so many is of a movement that the impulse has not learnt. */
const UNKNOWN_EVERY = 7;
const UNKNOWN = "shake";
/** A demo that runs for days must not fill the disk: about two hours of its own recordings are kept. */
const KEEP_SAMPLES = 700;

/** Keeps asking the demo's own device for test recordings, and no other one, until `signal` aborts. */
export async function conductDemo(
  studio: LocalStudio,
  devices: RemoteManagement,
  project: Project,
  {
    signal,
    log,
    speed = 1,
  }: { readonly signal: AbortSignal; readonly log: (line: string) => void; readonly speed?: number },
): Promise<void> {
  const random = createSeededRandom(Date.now());
  let label: string = UNKNOWN;
  for (let recordings = 1; !signal.aborted;) {
    const isIdle = devices.idleDevices(project.id).includes(DEMO_DEVICE_ID);
    if (isIdle) {
      // Never the same twice in a row, so that there is something to see.
      const others = KNOWN_MOVEMENTS.filter((movement) => movement !== label);
      const known = others[Math.floor(random.uniform() * others.length)] as string;
      label = recordings % UNKNOWN_EVERY === 0 ? UNKNOWN : known;
      try {
        await devices.sample(project.id, DEMO_DEVICE_ID, {
          label,
          lengthMs: RECORDING_MS,
          intervalMs: DEMO_INTERVAL_MS,
          category: "testing",
          sensor: "Accelerometer",
        });
        recordings++;
        await studio.keepNewest(project.id, "testing", DEVICE_TYPE, KEEP_SAMPLES);
      } catch (error) {
        // A device that goes because everything ends is no news.
        if (signal.aborted) return;
        // The demo goes on whatever happens, a full disk included.
        log(error instanceof DeviceError ? error.message : `demo: ${(error as Error).stack}`);
      }
    }
    await pause((isIdle ? PAUSE_MS : 200) / speed, undefined, { signal }).catch(() => undefined);
  }
}
