import { TfliteError, type FlatTable } from "./flat-table.ts";
import { countElements, type Activation, type Quantization, type Tensor } from "./tensor.ts";
import type { OperatorDescription, TensorDescription, TfliteModel } from "./tflite-model.ts";

/** All tensors of a network together, and the places that operators note; 128 MiB as doubles. */
const MOST_ELEMENTS = 2 ** 24;
/** Multiplications for one window; about a second. */
const MOST_WORK = 2 ** 30;

/** A tensor of a graph: what operators need to know of it beyond its values. */
export interface GraphTensor extends Tensor {
  readonly name: string;
  readonly type: "float32" | "int8" | "int32";
  /** One scale for the tensor, or one for each index of `channelDimension`; none for float32. */
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  readonly channelDimension: number;
  readonly isConstant: boolean;
}

/** The tensors of a graph while operators are made for it: each is known once something has written it. */
export class TfliteGraph {
  readonly #descriptions: readonly TensorDescription[];
  readonly #tensors = new Map<number, GraphTensor>();
  #elements = 0;
  #work = 0;

  constructor({ tensors }: TfliteModel) {
    this.#descriptions = tensors;
  }

  /** A tensor that is written from outside, or by an operator. */
  write(index: number, shared?: Float64Array): GraphTensor {
    const description = this.#describe(index);
    if (description.bytes.length > 0) throw new TfliteError(`${description.name} is a constant, and is written to.`);
    if (this.#tensors.has(index)) throw new TfliteError(`${description.name} is written to twice.`);
    const tensor = this.#create(description, false, shared);
    this.#tensors.set(index, tensor);
    return tensor;
  }

  /** A tensor that is a constant or has been written. */
  read(index: number): GraphTensor {
    const known = this.#tensors.get(index);
    if (known) return known;
    const description = this.#describe(index);
    if (description.bytes.length === 0) throw new TfliteError(`${description.name} is read before it is written.`);
    const tensor = this.#create(description, true, undefined);
    this.#tensors.set(index, tensor);
    return tensor;
  }

  /** Adds up what is kept for the network's windows; `values` are numbers of 8 bytes or less. */
  reserve(values: number): void {
    this.#elements += values;
    if (this.#elements > MOST_ELEMENTS) throw new TfliteError(`The network has more than ${MOST_ELEMENTS} values.`);
  }

  /** Adds up what a window will cost. */
  addWork(multiplications: number): void {
    this.#work += multiplications;
    if (this.#work > MOST_WORK) {
      throw new TfliteError(`The network multiplies more than ${MOST_WORK} times for a window.`);
    }
  }

  #describe(index: number): TensorDescription {
    const description = this.#descriptions[index];
    if (!description) throw new TfliteError(`There is no tensor ${index}; there are ${this.#descriptions.length}.`);
    return description;
  }

  #create(description: TensorDescription, isConstant: boolean, shared: Float64Array | undefined): GraphTensor {
    const { name, type, shape, scales, zeroPoints, channelDimension, bytes } = description;
    if (type !== "float32" && type !== "int8" && type !== "int32") {
      throw new TfliteError(`${name} is ${type}; float32 and int8 networks are known.`);
    }
    if (shape.length > 6) throw new TfliteError(`${name} has ${shape.length} dimensions; at most 6 are known.`);
    if (shape.some((length) => length < 1)) throw new TfliteError(`${name} has the shape [${shape.join(", ")}].`);
    const length = countElements(shape);
    if (!shared) this.reserve(length);
    if (shared && shared.length !== length) {
      throw new TfliteError(`${name} has ${length} values, and is to hold ${shared.length}.`);
    }
    const quantization = type === "int8" ? checkQuantization(description) : undefined;
    const values = shared ?? (isConstant ? readValues(name, bytes, type, length) : new Float64Array(length));
    return { name, type, shape, scales, zeroPoints, channelDimension, isConstant, values, quantization };
  }
}

function checkQuantization({ name, scales, zeroPoints, shape, channelDimension }: TensorDescription): Quantization {
  const [scale] = scales;
  if (scale === undefined) throw new TfliteError(`${name} is int8 without a scale.`);
  if (!scales.every((each) => each > 0 && each < Infinity)) {
    throw new TfliteError(`${name} has a scale that is no positive number.`);
  }
  if (scales.length !== zeroPoints.length) {
    throw new TfliteError(`${name} has ${scales.length} scales and ${zeroPoints.length} zero points.`);
  }
  if (!zeroPoints.every((zeroPoint) => zeroPoint >= -128 && zeroPoint <= 127)) {
    throw new TfliteError(`${name} has a zero point outside -128 to 127.`);
  }
  if (scales.length > 1 && scales.length !== shape[channelDimension]) {
    throw new TfliteError(
      `${name} has ${scales.length} scales for dimension ${channelDimension} of the shape [${shape.join(", ")}].`,
    );
  }
  return { scale, zeroPoint: zeroPoints[0] as number };
}

const ELEMENT_BYTES = { float32: 4, int32: 4, int8: 1 };

function readValues(name: string, bytes: Uint8Array, type: GraphTensor["type"], length: number): Float64Array {
  if (bytes.length !== length * ELEMENT_BYTES[type]) {
    throw new TfliteError(`${name} holds ${bytes.length} bytes, and needs ${length * ELEMENT_BYTES[type]}.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const read = {
    float32: (i: number) => view.getFloat32(4 * i, true),
    int32: (i: number) => view.getInt32(4 * i, true),
    int8: (i: number) => view.getInt8(i),
  }[type];
  const values = Float64Array.from({ length }, (_, i) => read(i));
  if (!values.every((value) => Number.isFinite(value)))
    throw new TfliteError(`${name} holds a value that is no number.`);
  return values;
}

/** An operator of the file while it is being made: its tensors and options, and complaints that name it. */
export class TfliteNode {
  readonly #graph: TfliteGraph;
  readonly #description: OperatorDescription;
  readonly #place: number;

  constructor(graph: TfliteGraph, description: OperatorDescription, place: number) {
    this.#graph = graph;
    this.#description = description;
    this.#place = place;
  }

  get name(): string {
    return this.#description.name;
  }

  get inputCount(): number {
    return this.#description.inputs.length;
  }

  get options(): FlatTable | undefined {
    return this.#description.options;
  }

  input(position: number): GraphTensor {
    return this.optionalInput(position) ?? this.refuse(`has no input ${position}`);
  }

  optionalInput(position: number): GraphTensor | undefined {
    const index = this.#description.inputs[position];
    return index === undefined || index === -1 ? undefined : this.#graph.read(index);
  }

  /** Whole numbers that the file itself holds: axes, paddings. */
  constantInput(position: number): readonly number[] {
    const tensor = this.input(position);
    if (tensor.type !== "int32" || !tensor.isConstant) {
      return this.refuse(`needs constant whole numbers as input ${position}`);
    }
    return Array.from(tensor.values);
  }

  /** @param shared Where the values already are, for an operator that only gives them another shape. */
  output(shared?: Float64Array): GraphTensor {
    const [index] = this.#description.outputs;
    if (index === undefined || this.#description.outputs.length !== 1) {
      return this.refuse(`has ${this.#description.outputs.length} outputs, not 1`);
    }
    return this.#graph.write(index, shared);
  }

  /** Refuses tensors of other types than those of an operator in float32 or int8. */
  checkTypes(...tensors: readonly GraphTensor[]): void {
    const types = tensors.map(({ type }) => type);
    if (types.some((type) => type === "int32" || type !== types[0])) {
      this.refuse(`mixes ${types.join(", ")}; all float32 or all int8 is known`);
    }
  }

  /** Refuses int8 tensors that are to hold the same numbers and have different scales. */
  checkSameScale(first: GraphTensor, second: GraphTensor): void {
    const [a, b] = [first.quantization, second.quantization];
    if (a?.scale !== b?.scale || a?.zeroPoint !== b?.zeroPoint) {
      this.refuse(`has different scales in ${first.name} and ${second.name}`);
    }
  }

  checkShape(tensor: GraphTensor, expected: readonly number[]): void {
    const { shape } = tensor;
    if (shape.length !== expected.length || shape.some((length, i) => length !== expected[i])) {
      this.refuse(`makes the shape [${expected.join(", ")}], and ${tensor.name} has [${shape.join(", ")}]`);
    }
  }

  activation(field: number): Activation {
    const code = this.options?.int8(field, 0) ?? 0;
    return ACTIVATIONS[code] ?? this.refuse(`has the activation ${code}, which is not known`);
  }

  /** A whole number from 1 on among the options. */
  positiveOption(field: number, what: string, fallback: number): number {
    const value = this.options?.int32(field, fallback) ?? fallback;
    return value >= 1 && value <= MOST_ELEMENTS ? value : this.refuse(`has the ${what} ${value}`);
  }

  padding(): "same" | "valid" {
    const code = this.options?.int8(0, 0) ?? 0;
    return PADDINGS[code] ?? this.refuse(`has the padding ${code}, which is not known`);
  }

  /** Says what the operator keeps beside its tensors, before it is made. */
  reserve(values: number): void {
    this.#graph.reserve(values);
  }

  addWork(multiplications: number): void {
    this.#graph.addWork(multiplications);
  }

  refuse(problem: string): never {
    throw new TfliteError(`${this.name} (operator ${this.#place}) ${problem}.`);
  }
}

const ACTIVATIONS: readonly (Activation | undefined)[] = ["none", "relu", "relu-n1-to-1", "relu6"];
const PADDINGS: readonly ("same" | "valid" | undefined)[] = ["same", "valid"];
