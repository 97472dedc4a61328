/**
 * What a .lite file says, as plain values: the first graph of the model, checked only as far as reading needs.
 *
 * Field numbers are those of TensorFlow Lite's schema, version 3.
 */
import { FlatTable, TfliteError } from "./flat-table.ts";

export interface TfliteModel {
  readonly tensors: readonly TensorDescription[];
  /** In the order in which they run. */
  readonly operators: readonly OperatorDescription[];
  /** Indices into `tensors`. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export interface TensorDescription {
  readonly name: string;
  /** Such as `float32`. */
  readonly type: string;
  readonly shape: readonly number[];
  /** None for float32, one, or one for each index of `channelDimension`. */
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  readonly channelDimension: number;
  /** What a constant holds; empty for what is computed. */
  readonly bytes: Uint8Array;
}

export interface OperatorDescription {
  /** As the schema calls it, such as `CONV_2D`; custom ones by their own name. */
  readonly name: string;
  /** Indices of tensors; -1 for one left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: FlatTable | undefined;
}

/** @throws {TfliteError} when the file is none, damaged or of another version. */
export function readTfliteModel(bytes: Uint8Array): TfliteModel {
  const root = FlatTable.root(bytes, "TFL3");
  const version = root.int32(0, 0);
  if (version !== 3) throw new TfliteError(`The model has version ${version} of the format; version 3 is read.`);
  const graph = root.tables(2)[0];
  if (!graph) throw new TfliteError("The model has no graph.");
  const buffers = root.tables(4);
  const names = root.tables(1).map(nameOperator);

  return {
    tensors: graph.tables(0).map((table, i) => readTensor(table, i, buffers)),
    operators: graph.tables(3).map((table, i) => {
      const code = table.int32(0, 0);
      const name = names[code];
      if (name === undefined) throw new TfliteError(`Operator ${i} has code ${code}, of ${names.length}.`);
      return { name, inputs: table.int32s(1), outputs: table.int32s(2), options: table.table(4) };
    }),
    inputs: graph.int32s(1),
    outputs: graph.int32s(2),
  };
}

function readTensor(table: FlatTable, index: number, buffers: readonly FlatTable[]): TensorDescription {
  const buffer = table.int32(2, 0);
  const holder = buffers[buffer];
  if (!holder && buffer !== 0) {
    throw new TfliteError(`Tensor ${index} has its data in buffer ${buffer}, of ${buffers.length}.`);
  }
  const type = table.int8(1, 0);
  const quantization = table.table(4);
  return {
    name: `tensor ${index} (${table.text(3)})`,
    type: TYPES[type] ?? `type ${type}`,
    shape: table.int32s(0),
    scales: quantization?.float32s(2) ?? [],
    zeroPoints: quantization?.int64s(3) ?? [],
    channelDimension: quantization?.int32(6, 0) ?? 0,
    bytes: holder?.bytes(0) ?? new Uint8Array(),
  };
}

/** Old files keep the code in a byte, which cannot hold the newer ones. */
function nameOperator(table: FlatTable): string {
  const code = Math.max(table.int8(0, 0), table.int32(3, 0));
  const name = OPERATORS[code] ?? `operator code ${code}`;
  return name === "CUSTOM" ? `custom operator ${table.text(1)}` : name;
}

const TYPES = (
  "float32 float16 int32 uint8 int64 string bool int16 complex64 int8 float64 complex128 uint64 resource variant " +
  "uint32 uint16 int4 bfloat16"
).split(" ");

/** By their codes in the schema: what we do not run is refused by its name. */
const OPERATORS = (
  "ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR " +
  "FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION " +
  "LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH " +
  "CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER " +
  "BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE " +
  "BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM " +
  "ARG_MAX MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE " +
  "TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK " +
  "LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD " +
  "RANGE RESIZE_NEAREST_NEIGHBOR LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N " +
  "GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE " +
  "NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL " +
  "PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D IMAG REAL COMPLEX_ABS HASHTABLE " +
  "HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL CONV_3D_TRANSPOSE VAR_HANDLE READ_VARIABLE " +
  "ASSIGN_VARIABLE BROADCAST_ARGS RANDOM_STANDARD_NORMAL BUCKETIZE RANDOM_UNIFORM MULTINOMIAL GELU " +
  "DYNAMIC_UPDATE_SLICE RELU_0_TO_1 UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_SUM ATAN2 " +
  "UNSORTED_SEGMENT_MIN SIGN BITCAST BITWISE_XOR RIGHT_SHIFT"
).split(" ");
