/** How operators of a .lite file become ours: what each one wants of its tensors, and which refuses what. */
import { Convolution } from "./convolution.ts";
import {
  Add,
  Clamp,
  Float32Logistic,
  Lookup,
  Quantize,
  quantisedLogistic,
  requantized,
  Scatter,
} from "./elementwise.ts";
import { FullyConnected } from "./fully-connected.ts";
import { Mean } from "./mean.ts";
import { Pooling } from "./pooling.ts";
import { placesIn, placesOf, reducedPlaces } from "./places.ts";
import { planSlide, type Slide } from "./slide.ts";
import { Float32Softmax, Int8Softmax } from "./softmax.ts";
import { boundsOf, type Activation, type Operator } from "./tensor.ts";
import type { GraphTensor, TfliteNode } from "./tflite-graph.ts";
import { Float32Sums, fullyConnectedFactor, Int8Sums, type WeightedSums } from "./weighted-sums.ts";

/** The operators that an operator of the file becomes: none, when it only gives values another shape. */
type Builder = (node: TfliteNode) => readonly Operator[];

export const BUILDERS: Readonly<Record<string, Builder>> = {
  ADD: buildAdd,
  AVERAGE_POOL_2D: (node) => buildPooling(node, "mean"),
  CONCATENATION: buildConcatenation,
  CONV_2D: buildConvolution,
  DEPTHWISE_CONV_2D: buildDepthwiseConvolution,
  DEQUANTIZE: buildDequantize,
  EXPAND_DIMS: buildReshape,
  FULLY_CONNECTED: buildFullyConnected,
  LOGISTIC: buildLogistic,
  MAX_POOL_2D: (node) => buildPooling(node, "highest"),
  MEAN: buildMean,
  PAD: buildPad,
  QUANTIZE: buildQuantize,
  RELU: (node) => buildRectifier(node, "relu"),
  RELU6: (node) => buildRectifier(node, "relu6"),
  RELU_N1_TO_1: (node) => buildRectifier(node, "relu-n1-to-1"),
  RESHAPE: buildReshape,
  SOFTMAX: buildSoftmax,
  SQUEEZE: buildReshape,
};

function buildFullyConnected(node: TfliteNode) {
  const [input, weights, bias] = [node.input(0), node.input(1), node.optionalInput(2)];
  const output = node.output();
  const [rows = 0, columns = 0] = weights.shape;
  if (weights.shape.length !== 2) node.refuse(`has weights of ${weights.shape.length} dimensions, not 2`);
  if ((node.options?.int8(1, 0) ?? 0) !== 0) node.refuse("has its weights in a shuffled order");
  if (input.values.length % columns !== 0 || output.values.length !== (input.values.length / columns) * rows) {
    node.refuse(
      `cannot make ${output.values.length} values of ${input.values.length} with ${rows} × ${columns} weights`,
    );
  }
  checkChannelScales(node, weights, 0);
  const factors =
    weights.scales.length === 1
      ? [fullyConnectedFactor(scaleOf(input), scaleOf(weights), scaleOf(output))]
      : factorsOf(input, weights, output);
  const sums = buildSums(node, input, output, weights, weights.values, bias, factors, node.activation(0));
  node.addWork(output.values.length * columns);
  return [new FullyConnected(input, output, sums)];
}

function buildConvolution(node: TfliteNode) {
  const [input, weights, bias] = [node.input(0), node.input(1), node.optionalInput(2)];
  const output = node.output();
  const [pictures, height, width, channels] = pictureShape(node, input);
  const [kernels, kernelHeight, kernelWidth, kernelChannels] = pictureShape(node, weights);
  const groups = channels / kernelChannels;
  if (!Number.isInteger(groups) || kernels % groups !== 0) {
    node.refuse(`has ${kernels} kernels of ${kernelChannels} channels for ${channels} channels`);
  }
  checkChannelScales(node, weights, 0);
  const padding = node.padding();
  const rows = slide(node, height, kernelHeight, 2, 5, padding);
  const columns = slide(node, width, kernelWidth, 1, 4, padding);
  node.checkShape(output, [pictures, rows.count, columns.count, kernels]);
  node.addWork(output.values.length * kernelHeight * kernelWidth * kernelChannels);
  const factors = factorsOf(input, weights, output);
  const sums = buildSums(node, input, output, weights, weights.values, bias, factors, node.activation(3));
  return [new Convolution(input, output, { rows, columns, channels, groups }, sums)];
}

function buildDepthwiseConvolution(node: TfliteNode) {
  const [input, weights, bias] = [node.input(0), node.input(1), node.optionalInput(2)];
  const output = node.output();
  const [pictures, height, width, channels] = pictureShape(node, input);
  const [one, kernelHeight, kernelWidth, kernels] = pictureShape(node, weights);
  if (one !== 1 || kernels % channels !== 0) {
    node.refuse(`has kernels of the shape [${weights.shape.join(", ")}] for ${channels} channels`);
  }
  checkChannelScales(node, weights, 3);
  const padding = node.padding();
  const rows = slide(node, height, kernelHeight, 2, 6, padding);
  const columns = slide(node, width, kernelWidth, 1, 5, padding);
  node.checkShape(output, [pictures, rows.count, columns.count, kernels]);
  const places = kernelHeight * kernelWidth;
  node.addWork(output.values.length * places);
  node.reserve(weights.values.length);
  // The file has a place's weights for all kernels together, sums have a kernel's weights for all places together.
  const byKernel = weights.values.map(
    (_, i) => weights.values[(i % places) * kernels + Math.floor(i / places)] as number,
  );
  const factors = factorsOf(input, weights, output);
  const sums = buildSums(node, input, output, weights, byKernel, bias, factors, node.activation(4));
  return [new Convolution(input, output, { rows, columns, channels, groups: channels }, sums)];
}

/** @param values The weights, those of one output after another. */
function buildSums(
  node: TfliteNode,
  input: GraphTensor,
  output: GraphTensor,
  weights: GraphTensor,
  values: Float64Array,
  bias: GraphTensor | undefined,
  factors: readonly number[],
  activation: Activation,
): WeightedSums {
  node.checkTypes(input, weights, output);
  const isFloat = input.type === "float32";
  if (!weights.isConstant || bias?.isConstant === false) node.refuse("has weights that are computed, not constant");
  if (bias && bias.type !== (isFloat ? "float32" : "int32")) node.refuse(`has a bias in ${bias.type}`);
  const rows = output.shape.at(-1) ?? 1;
  const starts = bias?.values ?? new Float64Array(rows);
  if (starts.length !== rows) node.refuse(`has a bias of ${starts.length} values for ${rows} outputs`);
  if (!input.quantization || !output.quantization) return new Float32Sums(values, starts, activation);
  if (weights.zeroPoints.length > 1 && weights.zeroPoints.some((zeroPoint) => zeroPoint !== 0)) {
    node.refuse("has weights with zero points other than 0");
  }
  const zeroPoint = weights.zeroPoints[0] as number;
  if (zeroPoint !== 0) node.reserve(values.length);
  const centered = zeroPoint === 0 ? values : values.map((weight) => weight - zeroPoint);
  return new Int8Sums(centered, starts, factors, input.quantization, output.quantization, activation);
}

function buildPooling(node: TfliteNode, kind: "highest" | "mean") {
  const input = node.input(0);
  const output = node.output();
  node.checkTypes(input, output);
  node.checkSameScale(input, output);
  const [pictures, height, width, channels] = pictureShape(node, input);
  const padding = node.padding();
  const rows = slide(node, height, node.positiveOption(4, "kernel height", 0), 2, undefined, padding);
  const columns = slide(node, width, node.positiveOption(3, "kernel width", 0), 1, undefined, padding);
  node.checkShape(output, [pictures, rows.count, columns.count, channels]);
  node.addWork(output.values.length * Math.min(height, rows.size) * Math.min(width, columns.size));
  const bounds = boundsOf(node.activation(5), output.quantization);
  return [new Pooling(kind, input, output, rows, columns, channels, bounds)];
}

function buildMean(node: TfliteNode) {
  const input = node.input(0);
  const output = node.output();
  node.checkTypes(input, output);
  const { shape } = input;
  const axes = node.constantInput(1).map((axis) => (axis < 0 ? axis + shape.length : axis));
  if (axes.some((axis) => !(axis < shape.length && axis >= 0))) {
    node.refuse(`takes the mean along [${axes.join(", ")}] of ${shape.length} dimensions`);
  }
  const isKept = (node.options?.int8(0, 0) ?? 0) !== 0;
  const kept = shape.map((length, dimension) => (axes.includes(dimension) ? 1 : length));
  node.checkShape(output, isKept ? kept : kept.filter((_, dimension) => !axes.includes(dimension)));
  node.addWork(input.values.length);
  node.reserve(input.values.length);
  const isPicture = isKept && shape.length === 4 && axes.length === 2 && axes.includes(1) && axes.includes(2);
  return [new Mean(input, output, reducedPlaces(shape, kept), isPicture)];
}

function buildSoftmax(node: TfliteNode) {
  const input = node.input(0);
  const output = node.output();
  node.checkTypes(input, output);
  node.checkShape(output, input.shape);
  const beta = node.options?.float32(0, 1) ?? 1;
  if (!(beta > 0 && beta < Infinity)) node.refuse(`has the beta ${beta}`);
  node.addWork(input.values.length);
  if (input.type === "float32") return [new Float32Softmax(input, output, beta)];
  checkScores(node, output);
  // The sum of more powers would not fit in 12 bits before the point.
  if ((input.shape.at(-1) ?? 1) > 4095) node.refuse("has more than 4095 classes");
  return [new Int8Softmax(input, output, beta)];
}

function buildLogistic(node: TfliteNode) {
  const input = node.input(0);
  const output = node.output();
  node.checkTypes(input, output);
  node.checkShape(output, input.shape);
  node.addWork(input.values.length);
  if (!input.quantization) return [new Float32Logistic(input, output)];
  checkScores(node, output);
  return [new Lookup(input, output, quantisedLogistic(input.quantization))];
}

function buildRectifier(node: TfliteNode, activation: Activation) {
  const input = node.input(0);
  const output = node.output();
  node.checkTypes(input, output);
  node.checkShape(output, input.shape);
  node.addWork(input.values.length);
  const bounds = boundsOf(activation, output.quantization);
  if (!input.quantization || !output.quantization) return [new Clamp(input, output, bounds)];
  return [new Lookup(input, output, requantized(input.quantization, output.quantization, bounds))];
}

function buildQuantize(node: TfliteNode) {
  const input = node.input(0);
  const output = node.output();
  node.checkShape(output, input.shape);
  node.addWork(input.values.length);
  if (!output.quantization || input.type === "int32") return node.refuse(`makes ${output.type} of ${input.type}`);
  if (!input.quantization) return [new Quantize(input, output, output.quantization)];
  const bounds = boundsOf("none", output.quantization);
  return [new Lookup(input, output, requantized(input.quantization, output.quantization, bounds))];
}

function buildDequantize(node: TfliteNode) {
  const input = node.input(0);
  const output = node.output();
  node.checkShape(output, input.shape);
  node.addWork(input.values.length);
  if (!input.quantization || output.type !== "float32") return node.refuse(`makes ${output.type} of ${input.type}`);
  const { scale, zeroPoint } = input.quantization;
  return [new Lookup(input, output, (quantised) => Math.fround((quantised - zeroPoint) * scale))];
}

function buildAdd(node: TfliteNode) {
  const [left, right] = [node.input(0), node.input(1)];
  const output = node.output();
  node.checkTypes(left, right, output);
  node.reserve(2 * output.values.length);
  const leftOf = placesIn(output.shape, left.shape);
  const rightOf = placesIn(output.shape, right.shape);
  if (!leftOf || !rightOf) {
    return node.refuse(
      `cannot bring [${left.shape.join(", ")}] and [${right.shape.join(", ")}] to the shape [${output.shape.join(", ")}]`,
    );
  }
  node.addWork(output.values.length);
  return [new Add(left, right, output, leftOf, rightOf, node.activation(0))];
}

function buildPad(node: TfliteNode) {
  const input = node.input(0);
  const output = node.output();
  const paddings = node.constantInput(1);
  node.checkTypes(input, output);
  node.checkSameScale(input, output);
  const { shape } = input;
  if (paddings.length !== 2 * shape.length || paddings.some((padding) => padding < 0)) {
    node.refuse(`pads ${shape.length} dimensions by [${paddings.join(", ")}]`);
  }
  const around = (dimension: number) => (paddings[2 * dimension] as number) + (paddings[2 * dimension + 1] as number);
  node.checkShape(
    output,
    shape.map((length, dimension) => length + around(dimension)),
  );
  node.addWork(output.values.length);
  node.reserve(input.values.length);
  output.values.fill(output.quantization?.zeroPoint ?? 0);
  const starts = shape.map((_, dimension) => paddings[2 * dimension] as number);
  return [new Scatter(input, output, placesOf(shape, output.shape, starts))];
}

function buildConcatenation(node: TfliteNode) {
  const inputs = Array.from({ length: node.inputCount }, (_, i) => node.input(i));
  const output = node.output();
  node.checkTypes(output, ...inputs);
  if (node.activation(1) !== "none") node.refuse("has an activation");
  const given = node.options?.int32(0, 0) ?? 0;
  const axis = given < 0 ? given + output.shape.length : given;
  const starts = output.shape.map(() => 0);
  if (starts[axis] === undefined) node.refuse(`joins along dimension ${given} of ${output.shape.length}`);
  const operators = inputs.map((input) => {
    node.checkSameScale(input, output);
    const isFitting = input.shape.every((length, d) => d === axis || length === output.shape[d]);
    if (input.shape.length !== output.shape.length || !isFitting) {
      node.refuse(`joins [${input.shape.join(", ")}] into [${output.shape.join(", ")}]`);
    }
    const from = starts[axis] as number;
    starts[axis] = from + (input.shape[axis] as number);
    if (starts[axis] > (output.shape[axis] as number)) node.refuse("joins more than fits its output");
    node.reserve(input.values.length);
    const placeOf = placesOf(
      input.shape,
      output.shape,
      starts.map((_, d) => (d === axis ? from : 0)),
    );
    return new Scatter(input, output, placeOf);
  });
  if (starts[axis] !== output.shape[axis]) node.refuse("joins less than its output holds");
  node.addWork(output.values.length);
  return operators;
}

/** Another shape for the same values, so nothing is left to do for a window. */
function buildReshape(node: TfliteNode) {
  const input = node.input(0);
  const output = node.output(input.values);
  if (input.type !== output.type) node.refuse(`makes ${output.type} of ${input.type}`);
  node.checkSameScale(input, output);
  return [];
}

function pictureShape(node: TfliteNode, { name, shape }: GraphTensor): readonly [number, number, number, number] {
  const [pictures, height, width, channels] = shape;
  if (shape.length !== 4) node.refuse(`takes four dimensions, and ${name} has [${shape.join(", ")}]`);
  return [pictures as number, height as number, width as number, channels as number];
}

function slide(
  node: TfliteNode,
  length: number,
  size: number,
  strideField: number,
  dilationField: number | undefined,
  padding: "same" | "valid",
): Slide {
  const stride = node.positiveOption(strideField, "stride", 0);
  const dilation = dilationField === undefined ? 1 : node.positiveOption(dilationField, "dilation", 1);
  const placed = planSlide(length, size, stride, dilation, padding);
  if (placed.count === 0) node.refuse(`has a kernel of ${size} for a length of ${length}`);
  return placed;
}

/** Weights may have a scale for each kernel, and for nothing else. */
function checkChannelScales(node: TfliteNode, { scales, channelDimension }: GraphTensor, dimension: number): void {
  if (scales.length > 1 && channelDimension !== dimension)
    node.refuse(`has scales along dimension ${channelDimension}`);
}

/** int8 scores of a softmax or a logistic have one scale everywhere. */
function checkScores(node: TfliteNode, { name, quantization }: GraphTensor): void {
  if (quantization?.scale !== 1 / 256 || quantization.zeroPoint !== -128) {
    node.refuse(`needs scale 1/256 and zero point -128 in ${name}`);
  }
}

function scaleOf({ quantization }: GraphTensor): number {
  return quantization?.scale ?? 1;
}

/** Input scale times weight scale by output scale, for each of the weights' scales. */
function factorsOf(input: GraphTensor, weights: GraphTensor, output: GraphTensor): readonly number[] {
  return weights.scales.map((scale) => (scaleOf(input) * scale) / scaleOf(output));
}
