import type { ClassifierBlock, RegressionBlock, Variant } from "./impulse.ts";
import { Float32Classifier } from "./networks/dense-float32.ts";
import { Int8Classifier } from "./networks/dense-int8.ts";
import type { Network } from "./networks/network.ts";
import { readTflite } from "./networks/read-tflite.ts";

/**
 * Makes a learn block's network ready to run.
 *
 * @param variant Which one. Without it float32 where the block has it, otherwise int8.
 * @throws {RangeError} when the block lacks the variant, or the network does not fit the features or the labels.
 * @throws {TfliteError} for a file that cannot be run.
 */
export function createNetwork(
  block: ClassifierBlock | RegressionBlock,
  variant: Variant | undefined,
  featureCount: number,
  outputCount: number,
): Network {
  const wanted = variant ?? (block.float32 ? "float32" : "int8");
  const network = createVariant(block, wanted);
  if (!network)
    throw new RangeError(`The impulse has no ${wanted} model; it has ${block.float32 ? "float32" : "int8"}.`);
  if (network.inputCount !== featureCount) {
    throw new RangeError(
      `The ${wanted} model takes ${network.inputCount} features, but the impulse makes ${featureCount}.`,
    );
  }
  if (network.outputCount !== outputCount) {
    throw new RangeError(`The ${wanted} model gives ${network.outputCount} scores instead of ${outputCount}.`);
  }
  return network;
}

function createVariant({ float32, int8 }: ClassifierBlock | RegressionBlock, variant: Variant): Network | undefined {
  if (variant === "float32") {
    if (!float32) return undefined;
    return "tflite" in float32 ? readTflite(float32.tflite) : new Float32Classifier(float32);
  }
  if (!int8) return undefined;
  return "tflite" in int8 ? readTflite(int8.tflite) : new Int8Classifier(int8);
}
