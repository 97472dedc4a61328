/** Writes small .lite files for tests, so that operators are tested as files bring them. Never part of a build. */
import { Builder } from "flatbuffers";

export interface WrittenTensor {
  readonly shape: readonly number[];
  /** Default float32. */
  readonly type?: keyof typeof TYPE_CODES;
  readonly scales?: readonly number[];
  readonly zeroPoints?: readonly number[];
  readonly channelDimension?: number;
  /** Makes it a constant. */
  readonly values?: ArrayLike<number>;
}

export interface WrittenOperator {
  readonly code: number;
  readonly customName?: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options?: readonly OptionField[];
}

/** A field of an operator's options: its number in the schema, its type and value. */
export type OptionField = readonly [field: number, type: "int8" | "int32" | "float32", value: number];

export interface WrittenModel {
  readonly tensors: readonly WrittenTensor[];
  readonly operators: readonly WrittenOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

const TYPE_CODES = { float32: 0, int32: 2, uint8: 3, int8: 9 };

/** The codes of the operators that we run. */
export const CODES = {
  ADD: 0,
  AVERAGE_POOL_2D: 1,
  CONCATENATION: 2,
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 4,
  DEQUANTIZE: 6,
  FULLY_CONNECTED: 9,
  LOGISTIC: 14,
  MAX_POOL_2D: 17,
  RELU: 19,
  RELU_N1_TO_1: 20,
  RELU6: 21,
  RESHAPE: 22,
  SOFTMAX: 25,
  PAD: 34,
  MEAN: 40,
  SQUEEZE: 43,
  EXPAND_DIMS: 70,
  QUANTIZE: 114,
};

export function writeTflite({ tensors, operators, inputs, outputs }: WrittenModel): Uint8Array {
  const builder = new Builder();
  // The very same array is written once, so that a small file can list it many times.
  const written = new Map<readonly number[], number>();
  const ints = (values: readonly number[]) => {
    const offset = written.get(values) ?? vector(builder, 4, values, (value) => builder.addInt32(value));
    written.set(values, offset);
    return offset;
  };

  const bufferOf = new Map<WrittenTensor, number>();
  const buffers = [table(builder, [])];
  for (const tensor of tensors) {
    if (!tensor.values) continue;
    const bytes = toBytes(tensor);
    builder.startVector(1, bytes.length, 16);
    for (let i = bytes.length - 1; i >= 0; i--) builder.addInt8(bytes[i] as number);
    const data = builder.endVector();
    bufferOf.set(tensor, buffers.length);
    buffers.push(table(builder, [() => builder.addFieldOffset(0, data, 0)]));
  }
  const tensorTables = tensors.map((tensor) => {
    const { type = "float32", shape, scales, zeroPoints = scales?.map(() => 0), channelDimension = 0 } = tensor;
    const shapes = ints(shape);
    const name = builder.createString("t");
    const quantization = scales && writeQuantization(builder, scales, zeroPoints ?? [], channelDimension);
    return table(builder, [
      () => builder.addFieldOffset(0, shapes, 0),
      () => builder.addFieldInt8(1, TYPE_CODES[type], 0),
      () => builder.addFieldInt32(2, bufferOf.get(tensor) ?? 0, 0),
      () => builder.addFieldOffset(3, name, 0),
      () => builder.addFieldOffset(4, quantization ?? 0, 0),
    ]);
  });
  const operatorTables = operators.map((operator, i) => {
    const from = ints(operator.inputs);
    const to = ints(operator.outputs);
    const options = operator.options && writeOptions(builder, operator.options);
    return table(builder, [
      () => builder.addFieldInt32(0, i, 0),
      () => builder.addFieldOffset(1, from, 0),
      () => builder.addFieldOffset(2, to, 0),
      () => builder.addFieldOffset(4, options ?? 0, 0),
    ]);
  });
  const codes = operators.map(({ code, customName }) => {
    const name = customName === undefined ? 0 : builder.createString(customName);
    return table(builder, [
      () => builder.addFieldInt8(0, Math.min(127, code), 0),
      () => builder.addFieldOffset(1, name, 0),
      () => builder.addFieldInt32(3, code, 0),
    ]);
  });
  const [tensorList, inputList, outputList, operatorList] = [
    offsets(builder, tensorTables),
    ints(inputs),
    ints(outputs),
    offsets(builder, operatorTables),
  ];
  const graph = table(builder, [
    () => builder.addFieldOffset(0, tensorList, 0),
    () => builder.addFieldOffset(1, inputList, 0),
    () => builder.addFieldOffset(2, outputList, 0),
    () => builder.addFieldOffset(3, operatorList, 0),
  ]);
  const [codeList, graphs, bufferList] = [
    offsets(builder, codes),
    offsets(builder, [graph]),
    offsets(builder, buffers),
  ];
  const model = table(builder, [
    () => builder.addFieldInt32(0, 3, 0),
    () => builder.addFieldOffset(1, codeList, 0),
    () => builder.addFieldOffset(2, graphs, 0),
    () => builder.addFieldOffset(4, bufferList, 0),
  ]);
  builder.finish(model, "TFL3");
  return builder.asUint8Array().slice();
}

function table(builder: Builder, fields: readonly (() => void)[]): number {
  builder.startObject(8);
  for (const addField of fields) addField();
  return builder.endObject();
}

function vector(builder: Builder, bytes: number, values: readonly number[], add: (value: number) => void): number {
  builder.startVector(bytes, values.length, bytes);
  for (const value of values.toReversed()) add(value);
  return builder.endVector();
}

function offsets(builder: Builder, tables: readonly number[]): number {
  return vector(builder, 4, tables, (offset) => builder.addOffset(offset));
}

function writeQuantization(
  builder: Builder,
  scales: readonly number[],
  zeroPoints: readonly number[],
  channelDimension: number,
): number {
  const scaleList = vector(builder, 4, scales, (value) => builder.addFloat32(value));
  const zeroPointList = vector(builder, 8, zeroPoints, (value) => builder.addInt64(BigInt(value)));
  return table(builder, [
    () => builder.addFieldOffset(2, scaleList, 0),
    () => builder.addFieldOffset(3, zeroPointList, 0),
    () => builder.addFieldInt32(6, channelDimension, 0),
  ]);
}

function writeOptions(builder: Builder, fields: readonly OptionField[]): number {
  return table(
    builder,
    fields.map(([field, type, value]) => () => {
      // NaN is no default, so every value is written.
      if (type === "int8") builder.addFieldInt8(field, value, NaN);
      else if (type === "int32") builder.addFieldInt32(field, value, NaN);
      else builder.addFieldFloat32(field, value, NaN);
    }),
  );
}

function toBytes({ type = "float32", values = [] }: WrittenTensor): Uint8Array {
  if (type === "float32") return new Uint8Array(Float32Array.from(values).buffer);
  if (type === "int32") return new Uint8Array(Int32Array.from(values).buffer);
  return new Uint8Array(Int8Array.from(values).buffer);
}
