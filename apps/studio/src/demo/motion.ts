/**
 * Simulated movements of a hand that holds an accelerometer.
 *
 * Physics in small: the hand moves along a path and tilts the board; what the sensor feels is the path's acceleration
 * plus gravity, seen from the board, with the sensor's own offset, noise, resolution and limits. Nobody moves twice in
 * the same way, so tempo and size drift within a recording, and the board is held differently every time.
 */
import type { SeededRandom } from "@windowscope/engine";

export const AXES = ["accX", "accY", "accZ"] as const;

/** The gestures that the demo's model learns. */
export const KNOWN_MOVEMENTS = ["idle", "snake", "updown", "wave"] as const;

export type Movement = (typeof KNOWN_MOVEMENTS)[number] | "shake";

type Vector = readonly [x: number, y: number, z: number];

/** Where the hand is, in metres, and how it tilts the board, in radians about x and y. */
interface Pose {
  readonly position: Vector;
  readonly roll: number;
  readonly pitch: number;
}

/** A movement as a function of its own phase, which runs faster or slower than the clock. */
interface Gesture {
  /** Turns of the phase per second, about. */
  readonly tempoHz: number;
  readonly pose: (phase: number, size: number) => Pose;
}

const GRAVITY = 9.81;
/** What the sensor can show, m/s2: four times gravity. */
const LIMIT = 4 * GRAVITY;
const RESOLUTION = 0.01;
const NOISE = 0.04;
/** A resting hand trembles about so fast and so far. */
const TREMOR = { tempoHz: 9, sizeMetres: 0.00003 };

/** Lateral swings, with a slow wave forwards. */
const snake: Gesture = {
  tempoHz: 0.9,
  pose: (phase, size) => ({
    position: [0.05 * size * Math.sin(phase / 2), 0.12 * size * Math.sin(phase), 0],
    roll: 0.12 * Math.sin(phase + 0.6),
    pitch: 0,
  }),
};

/** Up and down, the wrist nodding a little with it. */
const updown: Gesture = {
  tempoHz: 1.3,
  pose: (phase, size) => ({
    position: [0.01 * size * Math.sin(phase), 0, 0.11 * size * Math.sin(phase)],
    roll: 0,
    pitch: 0.12 * Math.sin(phase + 0.3),
  }),
};

/** The wrist rolls from side to side like a hand that waves. */
const wave: Gesture = {
  tempoHz: 1.7,
  pose: (phase, size) => ({
    position: [0, 0.07 * size * Math.sin(phase), 0.012 * size * Math.cos(2 * phase)],
    roll: 0.65 * size * Math.sin(phase + 0.2),
    pitch: 0.08 * Math.sin(phase / 2),
  }),
};

/** Fast and in no direction in particular: no model has learnt this. */
const shake: Gesture = {
  tempoHz: 4.5,
  pose: (phase, size) => ({
    position: [
      0.022 * size * Math.sin(phase),
      0.018 * size * Math.sin(1.3 * phase + 1),
      0.02 * size * Math.sin(0.8 * phase),
    ],
    roll: 0.3 * Math.sin(1.1 * phase),
    pitch: 0.25 * Math.sin(0.9 * phase + 2),
  }),
};

const idle: Gesture = {
  tempoHz: 0.2,
  pose: (phase) => ({ position: [0, 0, 0], roll: 0.01 * Math.sin(phase), pitch: 0.01 * Math.sin(phase / 3) }),
};

const GESTURES: Readonly<Record<Movement, Gesture>> = { idle, snake, updown, wave, shake };

/** How to record a movement. */
export interface Take {
  readonly lengthMs: number;
  readonly intervalMs: number;
  /** Part of the way the hand comes to rest for a second or two, as people's hands do. */
  readonly hesitates?: boolean;
}

/**
 * Records a movement.
 *
 * @returns Readings in m/s2, one array of the three `AXES` each.
 */
export function simulateMovement(
  movement: Movement,
  { lengthMs, intervalMs, hesitates = false }: Take,
  random: SeededRandom,
): number[][] {
  const gesture = GESTURES[movement];
  const count = Math.round(lengthMs / intervalMs);
  const dt = intervalMs / 1000;
  const grip = randomGrip(random);
  const offset: Vector = [random.normal() * 0.05, random.normal() * 0.05, random.normal() * 0.05];

  const strength = hesitates ? hesitation(lengthMs / 1000, random) : () => 1;
  const poses = performGesture(gesture, count, dt, strength, random);
  const readings: number[][] = [];
  for (let i = 0; i < count; i++) {
    const [before, now, after] = [poses[i], poses[i + 1], poses[i + 2]] as [Pose, Pose, Pose];
    const acceleration = axis3((a) => (before.position[a] - 2 * now.position[a] + after.position[a]) / (dt * dt));
    const felt: Vector = [acceleration[0], acceleration[1], acceleration[2] + GRAVITY];
    const seen = rotate(rotate(felt, now.roll, now.pitch), grip.roll, grip.pitch);
    readings.push([...axis3((a) => digitise(seen[a] + offset[a] + random.normal() * NOISE))]);
  }
  return readings;
}

/** Poses a step before the first reading to a step behind the last, for the second derivative. */
function performGesture(
  { tempoHz, pose }: Gesture,
  count: number,
  dt: number,
  strength: (seconds: number) => number,
  random: SeededRandom,
): Pose[] {
  const tempo = new Drift(1 + 0.08 * random.normal(), 0.06, random);
  const size = new Drift(1 + 0.08 * random.normal(), 0.08, random);
  let phase = random.uniform() * 2 * Math.PI;
  let tremor = random.uniform() * 2 * Math.PI;
  const poses: Pose[] = [];
  for (let i = 0; i < count + 2; i++) {
    phase += 2 * Math.PI * tempoHz * tempo.next(dt) * dt;
    tremor += 2 * Math.PI * TREMOR.tempoHz * dt;
    const { position, roll, pitch } = pose(phase, size.next(dt));
    const much = strength(i * dt);
    const trembling = axis3((a) => much * position[a] + TREMOR.sizeMetres * Math.sin(tremor + a));
    poses.push({ position: trembling, roll: much * roll, pitch: much * pitch });
  }
  return poses;
}

/** How strongly the hand moves over a recording: fully but for one pause, into and out of which it glides. */
function hesitation(seconds: number, random: SeededRandom): (at: number) => number {
  const rest = 1 + random.uniform();
  const glide = 0.5;
  const begin = random.uniform() * Math.max(0, seconds - rest);
  const smooth = (x: number) => (x <= 0 ? 0 : x >= 1 ? 1 : x * x * x * (x * (6 * x - 15) + 10));
  return (at) => 1 - smooth((at - begin) / glide + 1) + smooth((at - begin - rest) / glide);
}

/** A factor that wanders smoothly around where it began, and stays within 0.6 and 1.5. */
class Drift {
  readonly #home: number;
  readonly #spread: number;
  readonly #random: SeededRandom;
  #value: number;
  #speed = 0;

  constructor(home: number, spread: number, random: SeededRandom) {
    this.#home = Math.min(1.35, Math.max(0.7, home));
    this.#spread = spread;
    this.#random = random;
    this.#value = this.#home;
  }

  next(dt: number): number {
    // A damped spring, pushed at random: its second derivative stays small, or it would feel like a jolt.
    const push = (this.#home - this.#value) * 1.5 - this.#speed * 1.2 + this.#random.normal() * this.#spread;
    this.#speed += push * dt;
    this.#value += this.#speed * dt;
    return Math.min(1.5, Math.max(0.6, this.#value));
  }
}

/** How the board lies in the hand. */
function randomGrip(random: SeededRandom): { roll: number; pitch: number } {
  return { roll: random.normal() * 0.12, pitch: random.normal() * 0.12 };
}

/** Turns a vector about x by `roll`, then about y by `pitch`. */
function rotate([x, y, z]: Vector, roll: number, pitch: number): Vector {
  const y1 = y * Math.cos(roll) + z * Math.sin(roll);
  const z1 = -y * Math.sin(roll) + z * Math.cos(roll);
  return [x * Math.cos(pitch) - z1 * Math.sin(pitch), y1, x * Math.sin(pitch) + z1 * Math.cos(pitch)];
}

function digitise(value: number): number {
  const limited = Math.min(LIMIT, Math.max(-LIMIT, value));
  // Dividing by the reciprocal leaves 1.23 where multiplying would leave 1.2300000000000002.
  return Math.round(limited / RESOLUTION) / (1 / RESOLUTION);
}

function axis3(of: (axis: 0 | 1 | 2) => number): Vector {
  return [of(0), of(1), of(2)];
}
