/** Made-up projects of kinds that the local Studio does not have: pictures, sound, numbers, and many classes. */
import { seededRandom } from "../faults/run.ts";
import { boxOf, drawBelt, PICTURE, type Part } from "./drawn-picture.ts";

type Random = () => number;
type Scores = Record<string, number>;

/** What is heard or felt in turn: a label, and for how many seconds. */
export type Stretch = readonly [label: string, seconds: number];

/** A sample as the pretended Studio has it. */
export interface PretendSample {
  readonly name: string;
  readonly label: string;
  readonly intervalMs: number;
  readonly sensors: readonly { readonly name: string; readonly units: string }[];
  readonly values: readonly (readonly number[])[];
  readonly windowSizeMs: number;
  readonly windowIncreaseMs: number;
  /** Learn blocks with what they say, as Studio writes it. */
  readonly blocks: readonly object[];
  readonly picture?: Buffer;
  /** What people have drawn in it. */
  readonly boundingBoxes?: readonly object[];
}

export interface PretendProject {
  readonly id: number;
  readonly name: string;
  readonly impulse: string;
  readonly inputKind: "time-series" | "image";
  readonly samples: readonly PretendSample[];
}

export const SOUND_HZ = 8_000;

const MACHINE = [
  "off",
  "warm-up",
  "idle run",
  "drilling",
  "milling",
  "grinding",
  "tool change",
  "coolant",
  "chatter",
  "worn tool",
  "collision",
  "door open",
];
const WORDS =
  "yes no up down left right on off stop go zero one two three four five six seven eight nine bed bird cat dog happy house marvin sheila tree wow backward forward follow learn visual lights music louder softer noise".split(
    " ",
  );
const SOUNDS = ["noise", "unknown", "open", "close"];

export function pretendProjects(): PretendProject[] {
  return [
    { id: 1, name: "Parts on a belt", impulse: "Find parts, and what is odd", inputKind: "image", samples: parts() },
    { id: 2, name: "Door, spoken", impulse: "Keywords", inputKind: "time-series", samples: [spoken()] },
    { id: 3, name: "Flow of a pump", impulse: "Litres a minute", inputKind: "time-series", samples: [pump()] },
    { id: 4, name: "Milling machine", impulse: "States", inputKind: "time-series", samples: [machine()] },
    { id: 5, name: "Forty words", impulse: "Keywords", inputKind: "time-series", samples: [words()] },
    { id: 6, name: "Not trained yet", impulse: "Keywords", inputKind: "time-series", samples: [] },
  ];
}

/** Twelve pictures, some of them with a scratch; of one the detector misses a screw. */
function parts(): PretendSample[] {
  return Array.from({ length: 12 }, (_, n) => {
    const random = seededRandom(400 + n);
    const labels = (["washer", "nut", "screw", "nut", "washer"] as const).slice(0, 3 + (n % 3));
    const found = labels.map((label, i): Part => {
      const x = 52 + (216 * (i + 0.3 * random())) / (labels.length - 0.8);
      return { label, x, y: 70 + 100 * random(), size: 19 + 8 * random(), turn: Math.PI * random() };
    });
    const isScratched = n % 4 === 3;
    const scratch = isScratched ? ([88 + 40 * random(), 60, 170 + 60 * random(), 178] as const) : undefined;
    const seen = n === 6 ? found.slice(1) : found;
    return {
      name: `belt.${String(n + 1).padStart(3, "0")}`,
      label: labels[0] ?? "nut",
      // A picture has no readings and no length.
      ...{ intervalMs: 1, sensors: [{ name: "image", units: "rgba" }], values: [] },
      ...{ windowSizeMs: 0.1, windowIncreaseMs: 0.1 },
      blocks: [
        {
          learnBlock: { id: 3, type: "keras-object-detection", name: "Parts", title: "Object detection", dsp: [2] },
          result: [{}],
          structuredResult: [
            {
              boxes: seen.map(boxOf),
              labels: seen.map(({ label }) => label),
              scores: seen.map(() => 0.83 + 0.16 * random()),
            },
          ],
          expectedLabels: [{ startIndex: 0, endIndex: 0, label: labels[0] }],
          intervalMs: 1_000,
          minimumConfidenceRating: 0.5,
        },
        {
          learnBlock: { id: 4, type: "keras-visual-anomaly", name: "Odd places", title: "Visual anomaly", dsp: [2] },
          result: [],
          anomalyResult: [oddPlaces(scratch, random)],
          expectedLabels: [],
          minimumConfidenceRating: 4,
        },
      ],
      picture: drawBelt(found, scratch, n),
      boundingBoxes: found.map((part) => {
        const [x, y, width, height] = boxOf(part);
        return { label: part.label, x: x - 2, y: y - 2, width: width + 4, height: height + 4 };
      }),
    };
  });
}

/** Scores of squares of 20 pixels: high along the scratch. */
function oddPlaces(scratch: readonly [number, number, number, number] | undefined, random: Random) {
  const cell = 20;
  const scores = Array.from({ length: PICTURE.height / cell }, (_, row) =>
    Array.from({ length: PICTURE.width / cell }, (_, column) => {
      const quiet = 0.4 + 0.9 * random();
      if (!scratch) return quiet;
      const [x0, y0, x1, y1] = scratch;
      const y = (row + 0.5) * cell;
      const away = Math.abs((column + 0.5) * cell - (x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)));
      const isBeside = y > y0 - cell / 2 && y < y1 + cell / 2;
      return isBeside ? quiet + 7.5 * Math.exp(-((away / 16) ** 2)) : quiet;
    }),
  );
  const boxes = scores.flatMap((row, y) =>
    row.flatMap((score, x) =>
      score < 4 ? [] : [{ label: "anomaly", score, x: x * cell, y: y * cell, width: cell, height: cell }],
    ),
  );
  const all = scores.flat();
  return { boxes, scores, maxScore: Math.max(...all), meanScore: all.reduce((sum, score) => sum + score) / all.length };
}

function spoken(): PretendSample {
  const heard: Stretch[] = [
    ["noise", 2],
    ["open", 1.6],
    ["noise", 1.4],
    ["unknown", 1.7],
    ["noise", 1.6],
    ["close", 1.5],
    ["noise", 1.5],
    ["open", 1.6],
    ["noise", 2.1],
  ];
  const random = seededRandom(21);
  const values = stretchReadings(heard, 1000 / SOUND_HZ, (label, s, share) => {
    const loud = label === "noise" ? 0.03 : Math.sin(Math.PI * share) ** 0.7 * (0.5 + 0.5 * Math.sin(s * 19) ** 2);
    const pitch = { open: 148, close: 131, unknown: 190 }[label] ?? 0;
    const voice = Math.sin(2 * Math.PI * pitch * s) + 0.6 * Math.sin(2 * Math.PI * 3.1 * pitch * s);
    return [Math.round(9_000 * loud * (voice + 1.3 * (random() - 0.5)) + 260 * (random() - 0.5))];
  });
  const labelled = heard.map(([label, seconds], i): Stretch => (i === 3 ? ["close", seconds] : [label, seconds]));
  return {
    ...{ name: "hallway.17", label: "open", intervalMs: 1000 / SOUND_HZ, values },
    sensors: [{ name: "audio", units: "wav" }],
    ...{ windowSizeMs: 1_000, windowIncreaseMs: 100 },
    blocks: [
      classifier({
        classes: SOUNDS,
        said: heard,
        labelled,
        intervalMs: 1000 / SOUND_HZ,
        windowMs: 1_000,
        hopMs: 100,
        random,
      }),
    ],
  };
}

function pump(): PretendSample {
  const intervalMs = 10;
  const flows: Stretch[] = [
    ["4", 6],
    ["8", 7],
    ["12", 6],
    ["6", 6],
    ["10", 7],
  ];
  const random = seededRandom(31);
  const values = stretchReadings(flows, intervalMs, (flow, s) => {
    const turns = 2 * Math.PI * (0.6 + Number(flow) / 6) * s;
    return [
      0.09 * Number(flow) * Math.sin(turns) + 0.12 * (random() - 0.5),
      0.05 * Number(flow) * Math.sin(2 * turns + 1) + 0.12 * (random() - 0.5),
    ];
  });
  const count = Math.floor((values.length * intervalMs - 1_000) / 200) + 1;
  let value = 4;
  const result = Array.from({ length: count }, (_, i) => {
    const wanted = Number(labelAt(flows, i * 200 + 1_000));
    value += (wanted * (i > 110 ? 1.13 : 1) - value) * 0.4 + 0.5 * (random() - 0.5);
    return { value: Math.round(value * 100) / 100 };
  });
  return {
    ...{ name: "pump-2.shift-b", label: "8", intervalMs, values },
    sensors: ["accX", "accY"].map((name) => ({ name, units: "g" })),
    ...{ windowSizeMs: 1_000, windowIncreaseMs: 200 },
    blocks: [
      {
        learnBlock: { id: 3, type: "keras-regression", name: "Flow", title: "Regression", dsp: [2] },
        result,
        expectedLabels: expectedLabels(flows, intervalMs),
        minimumConfidenceRating: 1,
      },
    ],
  };
}

function machine(): PretendSample {
  const order = [0, 1, 2, 3, 2, 6, 2, 4, 8, 4, 7, 5, 9, 5, 2, 11, 0];
  const states = order.map((k, i): Stretch => [MACHINE[k] ?? "", 3 + ((i * 5) % 4)]);
  return motion("shift.0412", MACHINE, states, 41, ["chatter", "worn tool"]);
}

function words(): PretendSample {
  const random = seededRandom(53);
  const said = Array.from({ length: 15 }, (_, i): Stretch => {
    return i % 2 === 0 ? ["noise", 2 + random()] : [WORDS[(i * 7) % 39] ?? "yes", 3 + random()];
  });
  return motion("reading.003", WORDS, said, 54, ["learn", "tree"]);
}

/** @param missed Labels that the classifier takes for its neighbours. */
function motion(
  name: string,
  classes: readonly string[],
  labelled: readonly Stretch[],
  seed: number,
  missed: readonly string[],
): PretendSample {
  const intervalMs = 10;
  const random = seededRandom(seed);
  const values = stretchReadings(labelled, intervalMs, (label, s) => {
    const k = classes.indexOf(label);
    const size = label === "off" || label === "noise" ? 0.15 : 1 + (k % 5);
    return [0, 1, 2].map((axis) => {
      const turn = 2 * Math.PI * (0.7 + ((k * 3 + axis) % 7) * 0.45) * s + axis;
      return size * (Math.sin(turn) + 0.3 * Math.sin(2.7 * turn)) + 0.25 * (random() - 0.5) + (axis === 2 ? 9.8 : 0);
    });
  });
  const said = labelled.map(([label, seconds]): Stretch => {
    const taken = classes[Math.max(0, classes.indexOf(label) - 1)] ?? label;
    return [missed.includes(label) ? taken : label, seconds];
  });
  return {
    ...{ name, label: labelled[0]?.[0] ?? "", intervalMs, values },
    sensors: ["accX", "accY", "accZ"].map((axis) => ({ name: axis, units: "m/s2" })),
    ...{ windowSizeMs: 1_000, windowIncreaseMs: 100 },
    blocks: [classifier({ classes, said, labelled, intervalMs, windowMs: 1_000, hopMs: 100, random })],
  };
}

interface Classifier {
  readonly classes: readonly string[];
  readonly said: readonly Stretch[];
  readonly labelled: readonly Stretch[];
  readonly intervalMs: number;
  readonly windowMs: number;
  readonly hopMs: number;
  readonly random: Random;
}

/** Scores that go over from one stretch to the next as a window slides out of one and into the other. */
function classifier({ classes, said, labelled, intervalMs, windowMs, hopMs, random }: Classifier): object {
  const lengthMs = 1000 * said.reduce((sum, [, seconds]) => sum + seconds, 0);
  const count = Math.floor((lengthMs - windowMs) / hopMs) + 1;
  const result = Array.from({ length: count }, (_, i): Scores => {
    // As if it listened to the newer half of a window.
    const heard = Array.from({ length: 8 }, (_, part) => labelAt(said, i * hopMs + windowMs * (0.55 + part * 0.06)));
    const weights = classes.map((name) => {
      return (
        (0.01 + 0.3 * random() ** 6) / classes.length +
        (heard.filter((one) => one === name).length / 8) ** 3 * (1 + 0.2 * random())
      );
    });
    const sum = weights.reduce((total, weight) => total + weight);
    return Object.fromEntries(classes.map((name, k) => [name, (weights[k] ?? 0) / sum]));
  });
  return {
    learnBlock: { id: 3, type: "keras", name: "Classifier", title: "Classification", dsp: [2] },
    result,
    expectedLabels: expectedLabels(labelled, intervalMs),
    minimumConfidenceRating: 0.6,
  };
}

function expectedLabels(stretches: readonly Stretch[], intervalMs: number): object[] {
  let endMs = 0;
  return stretches.map(([label, seconds]) => {
    const startIndex = Math.round(endMs / intervalMs);
    endMs += seconds * 1000;
    return { startIndex, endIndex: Math.round(endMs / intervalMs) - 1, label };
  });
}

function labelAt(stretches: readonly Stretch[], ms: number): string {
  let endMs = 0;
  for (const [label, seconds] of stretches) {
    endMs += seconds * 1000;
    if (ms <= endMs) return label;
  }
  return stretches.at(-1)?.[0] ?? "";
}

/** @param readingOf Of a label, at a time in seconds and at a share of its stretch. */
function stretchReadings(
  stretches: readonly Stretch[],
  intervalMs: number,
  readingOf: (label: string, seconds: number, share: number) => number[],
): number[][] {
  const values: number[][] = [];
  for (const [label, seconds] of stretches) {
    const count = Math.round((seconds * 1000) / intervalMs);
    for (let i = 0; i < count; i++) values.push(readingOf(label, (values.length * intervalMs) / 1000, i / count));
  }
  return values;
}
