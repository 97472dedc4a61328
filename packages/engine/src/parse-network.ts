import type { JsonReader } from "./json-reader.ts";
import type { Float32Layer } from "./networks/dense-float32.ts";
import type { Int8Layer, Int8Network } from "./networks/dense-int8.ts";
import type { Quantization } from "./networks/tensor.ts";

/** Reads the layers of an int8 network. */
export function parseInt8Network(json: JsonReader, outputCount: number): Int8Network {
  return {
    input: parseQuantization(json.get("input")),
    layers: parseLayers(json, outputCount, parseInt8Layer),
  };
}

/** Reads the layers and makes sure that each one takes what the one before it gives. */
export function parseLayers<L extends { readonly inputs: number; readonly outputs: number }>(
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

export function parseFloat32Layer(json: JsonReader): Float32Layer {
  const { inputs, outputs, activation } = parseShape(json);
  return {
    inputs,
    outputs,
    activation,
    weights: new Float32Array(json.get("weights").bytes(inputs * outputs, 4).buffer),
    bias: new Float32Array(json.get("bias").bytes(outputs, 4).buffer),
  };
}

function parseInt8Layer(json: JsonReader): Int8Layer {
  const { inputs, outputs, activation } = parseShape(json);
  const weightScales = json
    .get("weightScales")
    .items()
    .map((scale) => scale.positive());
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
  return { scale: json.get("scale").positive(), zeroPoint: json.get("zeroPoint").integer(-128, 127) };
}
