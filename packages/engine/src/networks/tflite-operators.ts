/** How operators of a .lite file become ours: what each one wants of its tensors, and which refuses what. */
import {
  Add,
  clamped,
  Each,
  float32Logistic,
  Lookup,
  quantized,
  quantisedLogistic,
  requantized,
  Scatter,
} from "./elementwise.ts";
import { Mean } from "./mean.ts";
import { placesIn, placesOf, reducedPlaces } from "./places.ts";
import { Float32Softmax, Int8Softmax } from "./softmax.ts";
import { boundsOf, type Activation, type Operator } from "./tensor.ts";
import type { GraphTensor, TfliteNode } from "./tflite-graph.ts";
import { buildConvolution, buildDepthwiseConvolution, buildFullyConnected, buildPooling } from "./tflite-kernels.ts";

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
  if (!input.quantization) return [new Each(input, output, float32Logistic)];
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
  if (!input.quantization || !output.quantization) return [new Each(input, output, clamped(bounds))];
  return [new Lookup(input, output, requantized(input.quantization, output.quantization, bounds))];
}

function buildQuantize(node: TfliteNode) {
  const input = node.input(0);
  const output = node.output();
  node.checkShape(output, input.shape);
  node.addWork(input.values.length);
  if (!output.quantization || input.type === "int32") return node.refuse(`makes ${output.type} of ${input.type}`);
  if (!input.quantization) return [new Each(input, output, quantized(output.quantization))];
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

/** int8 scores of a softmax or a logistic have one scale everywhere. */
function checkScores(node: TfliteNode, { name, quantization }: GraphTensor): void {
  if (quantization?.scale !== 1 / 256 || quantization.zeroPoint !== -128) {
    node.refuse(`needs scale 1/256 and zero point -128 in ${name}`);
  }
}
