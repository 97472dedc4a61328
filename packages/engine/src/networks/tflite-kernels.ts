/** How dense layers, convolutions and pools of a .lite file become ours: what each wants of weights, strides and shapes. */
import { Convolution } from "./convolution.ts";
import { FullyConnected } from "./fully-connected.ts";
import { Pooling } from "./pooling.ts";
import { planSlide, type Slide } from "./slide.ts";
import { boundsOf, type Activation } from "./tensor.ts";
import type { GraphTensor, TfliteNode } from "./tflite-graph.ts";
import { denseFactors, Float32Sums, Int8Sums, type WeightedSums } from "./weighted-sums.ts";

export function buildFullyConnected(node: TfliteNode) {
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
  if (output.shape.at(-1) !== rows) {
    node.refuse(`makes ${rows} outputs, and ${output.name} has the shape [${output.shape.join(", ")}]`);
  }
  checkChannelScales(node, weights, 0);
  const factors = denseFactors(scaleOf(input), weights.scales, scaleOf(output));
  const sums = buildSums(node, input, output, weights, weights.values, bias, factors, node.activation(0));
  node.addWork(output.values.length * columns);
  return [new FullyConnected(input, output, sums)];
}

export function buildConvolution(node: TfliteNode) {
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

export function buildDepthwiseConvolution(node: TfliteNode) {
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

export function buildPooling(node: TfliteNode, kind: "highest" | "mean") {
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

function scaleOf({ quantization }: GraphTensor): number {
  return quantization?.scale ?? 1;
}

/** Input scale times weight scale by output scale, for each of the weights' scales. */
function factorsOf(input: GraphTensor, weights: GraphTensor, output: GraphTensor): readonly number[] {
  return weights.scales.map((scale) => (scaleOf(input) * scale) / scaleOf(output));
}
