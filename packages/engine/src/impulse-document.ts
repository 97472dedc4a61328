import type { ClassifierBlock, Impulse, RegressionBlock, TfliteFile } from "./impulse.ts";
import type { Float32Network } from "./networks/dense-float32.ts";
import type { Int8Network } from "./networks/dense-int8.ts";
import { FORMAT } from "./parse-impulse.ts";

/** Writes an impulse as the document that `parseImpulse` reads; numbers come back exactly. */
export function toImpulseDocument({ name, input, blocks, classifier, regression, anomaly }: Impulse): object {
  return {
    format: FORMAT,
    version: 2,
    name,
    input,
    blocks,
    classifier: classifier && {
      labels: classifier.labels,
      minimumConfidence: classifier.minimumConfidence,
      ...toNetworks(classifier),
    },
    regression: regression && toNetworks(regression),
    anomaly,
  };
}

function toNetworks({ float32, int8 }: ClassifierBlock | RegressionBlock): object {
  return {
    float32: float32 && ("tflite" in float32 ? toTflite(float32) : toFloat32Layers(float32)),
    int8: int8 && ("tflite" in int8 ? toTflite(int8) : toInt8Layers(int8)),
  };
}

function toTflite({ tflite }: TfliteFile): object {
  return { tflite: toBase64(tflite) };
}

function toFloat32Layers({ layers }: Float32Network): object {
  return {
    layers: layers.map(({ inputs, outputs, activation, weights, bias }) => ({
      inputs,
      outputs,
      activation,
      weights: toBase64(weights),
      bias: toBase64(bias),
    })),
  };
}

function toInt8Layers({ input, layers }: Int8Network): object {
  return {
    input,
    layers: layers.map(({ inputs, outputs, activation, weights, weightScales, bias, output }) => ({
      inputs,
      outputs,
      activation,
      weights: toBase64(weights),
      weightScales,
      bias: toBase64(bias),
      output,
    })),
  };
}

function toBase64({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array | Int32Array | Int8Array): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** Every runtime that we know has it; the language's own library does not declare it. */
declare function btoa(binary: string): string;
