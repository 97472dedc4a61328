import type { TfliteFile } from "./impulse.ts";
import type { JsonReader } from "./json-reader.ts";
import type { Float32Layer, Float32Network } from "./networks/dense-float32.ts";
import type { Int8Layer, Int8Network } from "./networks/dense-int8.ts";
import type { Quantization } from "./networks/tensor.ts";

/** Reads a float32 network: dense layers, or a TensorFlow Lite file. */
export function parseFloat32Network(json: JsonReader, outputCount: number): Float32Network | TfliteFile {
  if (json.optional("tflite")) return parseTfliteFile(json);
  return { layers: parseLayers(json, outputCount, parseFloat32Layer) };
}

/** Reads an int8 network: dense layers, or a TensorFlow Lite file. */
export function parseInt8Network(json: JsonReader, outputCount: number): Int8Network | TfliteFile {
  if (json.optional("tflite")) return parseTfliteFile(json);
  return {
    input: parseQuantization(json.get("input")),
    layers: parseLayers(json, outputCount, parseInt8Layer),
  };
}

/** Reads a TensorFlow Lite file; whether it can run shows when it is made ready. */
export function parseTfliteFile(json: JsonReader): TfliteFile {
  return { tflite: json.get("tflite").anyBytes() };
}

/** Reads the layers and makes sure that each one takes what the one before it gives. */
function parseLayers<L extends { readonly inputs: number; readonly outputs: number }>(
  network: JsonReader,
  classCount: number,
  parseLayer: (json: JsonReader) => L,
): readonly L[] {
  const items = network.get("layers").items();
  if (items.length === 0) network.get("layers").refuse("an array with at least one layer");
  const layers = items.map((item) => parseLayer(item));
  layers.forEach((layer, l) => {
    const above = layers[l + 1];
    const wanted = above ? above.inputs : classCount;
    if (layer.outputs !== wanted) {
      (items[l] as JsonReader)
        .get("outputs")
        .refuse(`${wanted}, as ${above ? "the next layer's inputs" : "the labels"}`);
    }
  });
  return layers;
}

const MOST_NEURONS = 100_000;

function parseFloat32Layer(json: JsonReader): Float32Layer {
  const { inputs, outputs, activation } = parseShape(json);
  return {
    inputs,
    outputs,
    activation,
    weights: json.get("weights").float32s(inputs * outputs),
    bias: json.get("bias").float32s(outputs),
  };
}

function parseInt8Layer(json: JsonReader): Int8Layer {
  const { inputs, outputs, activation } = parseShape(json);
  const weightScales = json.get("weightScales").items().map(parseScale);
  if (weightScales.length !== 1 && weightScales.length !== outputs) {
    json.get("weightScales").refuse(`an array of 1 or ${outputs} scales`);
  }
  return {
    inputs,
    outputs,
    activation,
    weights: new Int8Array(json.get("weights").bytes(inputs * outputs, 1).buffer),
    weightScales,
    bias: new Int32Array(json.get("bias").bytes(outputs, 4).buffer),
    output: parseQuantization(json.get("output")),
  };
}

function parseShape(json: JsonReader): { inputs: number; outputs: number; activation: "relu" | "none" } {
  return {
    inputs: json.get("inputs").integer(1, MOST_NEURONS),
    outputs: json.get("outputs").integer(1, MOST_NEURONS),
    activation: json.get("activation").oneOf("relu", "none"),
  };
}

function parseQuantization(json: JsonReader): Quantization {
  return { scale: parseScale(json.get("scale")), zeroPoint: json.get("zeroPoint").integer(-128, 127) };
}

/** Networks run with float32 scales, in which a smaller one would be 0. */
function parseScale(json: JsonReader): number {
  return json.between(1e-38, 1e38);
}
