import type { Impulse } from "./impulse.ts";
import { FORMAT } from "./parse-impulse.ts";

/** Writes an impulse as the document that `parseImpulse` reads; numbers come back exactly. */
export function toImpulseDocument({ name, input, blocks, classifier, anomaly }: Impulse): object {
  return {
    format: FORMAT,
    version: 2,
    name,
    input,
    blocks,
    classifier: classifier && {
      labels: classifier.labels,
      minimumConfidence: classifier.minimumConfidence,
      float32: classifier.float32 && {
        layers: classifier.float32.layers.map(({ inputs, outputs, activation, weights, bias }) => ({
          inputs,
          outputs,
          activation,
          weights: toBase64(weights),
          bias: toBase64(bias),
        })),
      },
      int8: classifier.int8 && {
        input: classifier.int8.input,
        layers: classifier.int8.layers.map(({ inputs, outputs, activation, weights, weightScales, bias, output }) => ({
          inputs,
          outputs,
          activation,
          weights: toBase64(weights),
          weightScales,
          bias: toBase64(bias),
          output,
        })),
      },
    },
    anomaly,
  };
}

function toBase64(array: Float32Array | Int32Array | Int8Array): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** Every runtime that we know has it; the language's own library does not declare it. */
declare function btoa(binary: string): string;
