import type { LabellingRule } from "@windowscope/engine";
import type { BodyOf } from "@windowscope/sdk/api-types";

import { featureExtractor } from "../classify.ts";
import { MOST_AXES } from "../formats/recording.ts";
import { BLOCK, USUAL_BLOCKS, type ImpulseDesign } from "../impulses.ts";
import { RefusedError } from "./handlers.ts";

type Body = BodyOf<"createImpulse">;

const [{ parameters: USUAL }] = USUAL_BLOCKS.blocks;

/** Numbers in one window, over all axes. */
const LARGEST_WINDOW = 1_000_000;

const AVAILABLE =
  `The local Studio has one time-series block (id ${BLOCK.input}), one spectral-analysis block (id ${BLOCK.features}), ` +
  `and a keras block (id ${BLOCK.classifier}), an anomaly block (id ${BLOCK.anomaly}) or both`;

/**
 * The design that a request describes.
 *
 * @param before What the impulse was designed as; settings that blocks of a request do not carry stay so.
 * @param frequencyHz Of the data; counts when the input block states none.
 * @throws {RefusedError} naming the block that this Studio does not have, or the value that does not fit.
 */
export function parseDesign(
  body: Body,
  before: ImpulseDesign | undefined,
  frequencyHz: number | undefined,
): ImpulseDesign {
  if (body.type !== undefined && body.type !== "default") refuse(`an impulse of type ${body.type}`);
  const [input, otherInput] = body.inputBlocks;
  const [dsp, otherDsp] = body.dspBlocks;
  if (!input || otherInput) refuse(`${body.inputBlocks.length} input blocks`);
  if (!dsp || otherDsp) refuse(`${body.dspBlocks.length} dsp blocks`);
  refuseBlock(input, "time-series", BLOCK.input);
  refuseBlock(dsp, "spectral-analysis", BLOCK.features);
  const [postProcessing] = body.postProcessingBlocks ?? [];
  if (postProcessing) refuse(`a block of type ${postProcessing.type}`);
  const learns = parseLearnBlocks(body.learnBlocks);

  const design: ImpulseDesign = {
    name: body.name ?? before?.name ?? [dsp, ...body.learnBlocks].map(({ name }) => name).join(", "),
    input: parseInput(input, parseAxes(dsp.axes), frequencyHz),
    blocks: parseBlocks(dsp, before),
    minimumConfidence: learns.classifier ? (before?.minimumConfidence ?? USUAL_BLOCKS.minimumConfidence) : undefined,
    anomalyThreshold: learns.anomaly ? (before?.anomalyThreshold ?? USUAL_BLOCKS.anomalyThreshold) : undefined,
  };
  try {
    featureExtractor(design);
  } catch (error) {
    if (error instanceof RangeError) throw new RefusedError(error.message);
    throw error;
  }
  return design;
}

function parseInput(
  block: Body["inputBlocks"][number],
  axes: readonly string[],
  dataHz: number | undefined,
): ImpulseDesign["input"] {
  const windowSizeMs = positive("windowSizeMs", block.windowSizeMs);
  const windowIncreaseMs = positive("windowIncreaseMs", block.windowIncreaseMs);
  const frequencyHz = positive("frequencyHz", block.frequencyHz ?? dataHz);
  const { classificationWindowIncreaseMs: classificationMs, padZeros = false } = block;
  const readings = (windowSizeMs * frequencyHz) / 1000;
  if (readings * axes.length > LARGEST_WINDOW) {
    throw new RefusedError(`A window of ${Math.round(readings)} readings is too large; shorten "windowSizeMs".`);
  }
  return {
    axes,
    frequencyHz,
    windowSizeMs,
    windowIncreaseMs,
    ...(classificationMs !== undefined && {
      classificationWindowIncreaseMs: positive("classificationWindowIncreaseMs", classificationMs),
    }),
    padZeros,
    ...(block.labelingMethodMultiLabel && { labelling: parseLabelling(block.labelingMethodMultiLabel) }),
  };
}

function parseLabelling({
  type,
  labels = [],
  minPercentage = 0,
}: NonNullable<Body["inputBlocks"][number]["labelingMethodMultiLabel"]>): LabellingRule {
  const rules: readonly LabellingRule[] = [
    { type: "end-of-window" },
    { type: "majority-in-window" },
    { type: "anywhere-in-window", labels },
    { type: "anywhere-in-window-min-percentage", labels, minPercentage },
  ];
  const rule = rules.find((each) => each.type === type);
  if (rule === undefined || ("labels" in rule && labels.length === 0)) {
    const types = rules.map((each) => each.type).join(", ");
    throw new RefusedError(
      `"labelingMethodMultiLabel" has to be one of ${types}, with labels to look for where it does.`,
    );
  }
  return rule;
}

function parseAxes(axes: readonly string[]): readonly string[] {
  const isPossible = axes.length > 0 && axes.length <= MOST_AXES && new Set(axes).size === axes.length;
  if (isPossible) return [...axes];
  throw new RefusedError(`The dsp block's "axes" have to be 1 to ${MOST_AXES} different names.`);
}

/** FFT analysis, with the settings of before where it was just that. */
function parseBlocks(dsp: Body["dspBlocks"][number], before: ImpulseDesign | undefined): ImpulseDesign["blocks"] {
  const version = parseVersion(dsp.implementationVersion);
  const [block, another] = before?.blocks ?? [];
  const parameters = block?.parameters;
  const isFft =
    parameters?.type === "spectral-analysis" &&
    (parameters.version === 2 || parameters.version === 3) &&
    parameters.analysisType !== "Wavelet" &&
    !another &&
    !block?.axes;
  return isFft ? [{ ...block, parameters: { ...parameters, version } }] : [{ parameters: { ...USUAL, version } }];
}

function parseVersion(version: number): 2 | 3 {
  if (version === 2 || version === 3) return version;
  throw new RefusedError(`The local Studio has spectral-analysis in the versions 2 and 3; this one is ${version}.`);
}

function parseLearnBlocks(blocks: Body["learnBlocks"]): { classifier: boolean; anomaly: boolean } {
  for (const block of blocks) {
    if (block.type === "anomaly") refuseBlock(block, "anomaly", BLOCK.anomaly);
    else refuseBlock(block, "keras", BLOCK.classifier);
  }
  const has = (type: string) => blocks.filter((block) => block.type === type).length;
  if (blocks.length === 0 || has("keras") > 1 || has("anomaly") > 1) refuse(`${blocks.length} such learn blocks`);
  return { classifier: has("keras") === 1, anomaly: has("anomaly") === 1 };
}

function refuseBlock(block: { readonly id: number; readonly type: string }, type: string, id: number): void {
  if (block.type !== type) refuse(`a block of type ${block.type}`);
  if (block.id !== id) refuse(`a ${type} block with the id ${block.id}`);
}

function refuse(asked: string): never {
  throw new RefusedError(`${AVAILABLE}; the request has ${asked}.`);
}

function positive(name: string, value: number | undefined): number {
  if (value !== undefined && value > 0 && Number.isFinite(value)) return value;
  throw new RefusedError(`The input block's "${name}" has to be a positive number, and is ${value ?? "missing"}.`);
}
