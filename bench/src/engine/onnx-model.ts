/** Writes a dense network as an ONNX model, so that its runtime can be measured with the same weights. */
import type { Float32Network } from "@windowscope/engine";

/** The whole file: a chain of Gemm and Relu, then Softmax; input `features`, output `scores`. */
export function writeOnnx({ layers }: Float32Network): Uint8Array {
  const nodes: Uint8Array[] = [];
  const constants: Uint8Array[] = [];
  let from = "features";
  layers.forEach(({ inputs, outputs, weights, bias, activation }, l) => {
    constants.push(constant(`w${l}`, [outputs, inputs], weights), constant(`b${l}`, [outputs], bias));
    nodes.push(node("Gemm", [from, `w${l}`, `b${l}`], `sum${l}`, [integerAttribute("transB", 1)]));
    from = `sum${l}`;
    if (activation === "none") return;
    nodes.push(node("Relu", [from], `relu${l}`));
    from = `relu${l}`;
  });
  nodes.push(node("Softmax", [from], "scores"));
  const inputs = layers[0]?.inputs ?? 0;
  const outputs = layers.at(-1)?.outputs ?? 0;
  const graph = message(
    ...nodes.map((each) => field(1, each)),
    field(2, text("dense")),
    ...constants.map((each) => field(5, each)),
    field(11, valueInfo("features", [1, inputs])),
    field(12, valueInfo("scores", [1, outputs])),
  );
  return message(integer(1, 8), field(7, graph), field(8, integer(2, 13)));
}

const FLOAT = 1;
const INTEGER_ATTRIBUTE = 2;

function node(type: string, inputs: readonly string[], output: string, attributes: readonly Uint8Array[] = []) {
  return message(
    ...inputs.map((input) => field(1, text(input))),
    field(2, text(output)),
    field(4, text(type)),
    ...attributes.map((attribute) => field(5, attribute)),
  );
}

function integerAttribute(name: string, value: number): Uint8Array {
  return message(field(1, text(name)), integer(3, value), integer(20, INTEGER_ATTRIBUTE));
}

function constant(name: string, shape: readonly number[], values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return message(
    ...shape.map((length) => integer(1, length)),
    integer(2, FLOAT),
    field(8, text(name)),
    field(9, bytes),
  );
}

function valueInfo(name: string, shape: readonly number[]): Uint8Array {
  const dimensions = message(...shape.map((length) => field(1, integer(1, length))));
  const tensor = message(integer(1, FLOAT), field(2, dimensions));
  return message(field(1, text(name)), field(2, field(1, tensor)));
}

/** Protocol Buffers: a message is its fields, one after another. */
function message(...fields: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(fields.flatMap((each) => [...each]));
}

function integer(number: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(number * 8), ...varint(value)]);
}

function field(number: number, bytes: Uint8Array): Uint8Array {
  return message(Uint8Array.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes);
}

function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
