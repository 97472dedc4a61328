import { applyLayer, type Float32Layer, type Float32Network } from "./dense-float32.ts";
import type { Int8Layer, Int8Network } from "./dense-int8.ts";
import type { Quantization } from "./tensor.ts";

/**
 * Turns a trained float32 network into int8, as post-training quantisation does: symmetric weights with one scale per
 * output, activations over the range that they take on example windows.
 *
 * @param features Example windows, one feature vector after another; their extremes set the ranges.
 * @throws {RangeError} when there is no example, or a feature of one is not finite.
 */
export function quantizeNetwork({ layers }: Float32Network, features: Float64Array): Int8Network {
  const featureCount = (layers[0] as Float32Layer).inputs;
  if (features.length < featureCount) throw new RangeError("Quantising needs at least one example window.");

  const wrong = features.findIndex((value) => !Number.isFinite(value));
  if (wrong !== -1) {
    const example = Math.floor(wrong / featureCount);
    throw new RangeError(`Feature ${wrong % featureCount} of example ${example} is ${features[wrong]}.`);
  }

  const inputRange = new Range();
  const outputRanges = layers.map(() => new Range());
  const buffers = layers.map((layer) => new Float32Array(layer.outputs));
  for (let from = 0; from < features.length; from += featureCount) {
    let values: Float64Array | Float32Array = features.subarray(from, from + featureCount);
    inputRange.include(values);
    layers.forEach((layer, l) => {
      const output = buffers[l] as Float32Array;
      applyLayer(layer, values, output);
      (outputRanges[l] as Range).include(output);
      values = output;
    });
  }

  const input = inputRange.quantization();
  let layerInput = input;
  return {
    input,
    layers: layers.map((layer, l) => {
      const quantised = quantizeLayer(layer, layerInput, (outputRanges[l] as Range).quantization());
      layerInput = quantised.output;
      return quantised;
    }),
  };
}

/** Scales are float32 in every runtime; what is all but 0 may have any. */
function usableScale(exact: number): number {
  return exact < 1e-37 ? 1 : Math.fround(exact);
}

/** Leaves as much room again for the weighted inputs. */
const MOST_BIAS = 2 ** 30;

function quantizeLayer(layer: Float32Layer, input: Quantization, output: Quantization): Int8Layer {
  const { inputs, outputs, activation } = layer;
  const weights = new Int8Array(layer.weights.length);
  const bias = new Int32Array(outputs);
  const weightScales: number[] = [];
  for (let o = 0; o < outputs; o++) {
    const row = layer.weights.subarray(o * inputs, (o + 1) * inputs);
    const largest = row.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
    // Beside tiny weights a bias in their units would not fit into int32.
    const leastForBias = Math.abs(layer.bias[o] as number) / (input.scale * MOST_BIAS);
    const scale = usableScale(Math.max(largest / 127, leastForBias));
    weightScales.push(scale);
    row.forEach((weight, i) => {
      weights[o * inputs + i] = Math.max(-127, Math.min(127, Math.round(weight / scale)));
    });
    bias[o] = Math.round((layer.bias[o] as number) / (input.scale * scale));
  }
  return { inputs, outputs, activation, weights, weightScales, bias, output };
}

/** The span of values seen, always with 0 in it, since 0 has to be exact in int8. */
class Range {
  #lowest = 0;
  #highest = 0;

  include(values: Float32Array | Float64Array): void {
    for (const value of values) {
      if (value < this.#lowest) this.#lowest = value;
      if (value > this.#highest) this.#highest = value;
    }
  }

  quantization(): Quantization {
    const scale = usableScale((this.#highest - this.#lowest) / 255);
    return { scale, zeroPoint: Math.max(-128, Math.min(127, Math.round(-128 - this.#lowest / scale))) };
  }
}
