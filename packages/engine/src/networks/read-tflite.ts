import { TfliteError } from "./flat-table.ts";
import type { Network } from "./network.ts";
import { OperatorNetwork } from "./operator-network.ts";
import { TfliteGraph, TfliteNode, type GraphTensor } from "./tflite-graph.ts";
import { readTfliteModel } from "./tflite-model.ts";
import { BUILDERS } from "./tflite-operators.ts";

/**
 * Reads a network from a TensorFlow Lite file (`.lite`, `.tflite`), in float32 or int8.
 *
 * int8 networks answer what TensorFlow Lite for Microcontrollers answers, bit by bit.
 *
 * @throws {TfliteError} for a damaged file, and for anything in it that is not known, an operator by its name. A network
 *   that is returned can run.
 */
export function readTflite(bytes: Uint8Array): Network {
  const model = readTfliteModel(bytes);
  const unknown = new Set(model.operators.map(({ name }) => name).filter((name) => !Object.hasOwn(BUILDERS, name)));
  if (unknown.size > 0) {
    throw new TfliteError(
      `The network needs ${[...unknown].join(", ")}; known are ${Object.keys(BUILDERS).join(", ")}.`,
    );
  }

  const graph = new TfliteGraph(model);
  const input = graph.write(only(model.inputs, "input"));
  const operators = model.operators.flatMap((description, place) => {
    const node = new TfliteNode(graph, description, place);
    return (BUILDERS[description.name] as (typeof BUILDERS)[string])(node);
  });
  const output = graph.read(only(model.outputs, "output"));
  refuseWholeNumbers(input);
  refuseWholeNumbers(output);
  return new OperatorNetwork(input, operators, output);
}

function only(indices: readonly number[], what: string): number {
  const [index] = indices;
  if (index === undefined || indices.length > 1) {
    throw new TfliteError(`The network has ${indices.length} ${what}s; networks with one are known.`);
  }
  return index;
}

function refuseWholeNumbers({ name, type }: GraphTensor): void {
  if (type === "int32") throw new TfliteError(`${name} is int32; features and scores are float32 or int8.`);
}
