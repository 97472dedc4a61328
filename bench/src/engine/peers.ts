/** The same float32 network in our engine, in onnxruntime-web and in TensorFlow.js, a window at a time as they come. */
import * as tf from "@tensorflow/tfjs";
import { Float32Classifier, type Float32Network } from "@windowscope/engine";
import * as ort from "onnxruntime-web";

import type { Figure } from "../rows.ts";
import { createFloat32Network, NEURONS } from "./impulses.ts";
import { writeOnnx } from "./onnx-model.ts";
import { measureRounds, type Contender } from "./rounds.ts";

const MOST_DIFFERENCE = 1e-5;

/** Runs one window. */
type Classify = (features: Float32Array) => Float32Array | Promise<Float32Array>;

export async function measurePeers(rounds: number, log: (line: string) => void): Promise<Figure[]> {
  log("the classifier beside onnxruntime-web and TensorFlow.js");
  const neurons = NEURONS.v2fft16;
  const network = createFloat32Network(neurons);
  const ours = createOurs(network);
  const onnx = await createOnnx(network);
  const tensorflow = await createTensorflow(network);
  const windows = Array.from({ length: 16 }, (_, w) =>
    Float32Array.from({ length: neurons[0] }, (_, i) => 2 * Math.sin(w + i)),
  );
  for (const features of windows) {
    const expected = await ours(features);
    checkAgreement("onnxruntime-web", await onnx(features), expected);
    checkAgreement("TensorFlow.js", await tensorflow(features), expected);
  }

  const us = await measureRounds(
    { ours: turns(ours, windows, 16), onnx: turns(onnx, windows, 4), tensorflow: turns(tensorflow, windows, 2) },
    rounds,
  );
  const row = `classifier, float32 ${neurons.join("-")}`;
  return [
    { row: `${row}, ratio to onnxruntime-web`, value: us.ours, unit: "us/window", peerValue: us.onnx },
    { row: `${row}, ratio to TensorFlow.js`, value: us.ours, unit: "us/window", peerValue: us.tensorflow },
    { row: `${row}, onnxruntime-web`, value: us.onnx, unit: "us/window" },
    { row: `${row}, TensorFlow.js`, value: us.tensorflow, unit: "us/window" },
  ];
}

function turns(classify: Classify, windows: readonly Float32Array[], windowsInRound: number): Contender {
  return {
    windowsInRound,
    run: (count) => {
      for (let i = 0; i < count; i++) {
        const scores = classify(windows[i % windows.length] as Float32Array);
        if (scores instanceof Promise) return awaitOthers(scores, i + 1, count);
      }
    },
  };

  async function awaitOthers(first: Promise<Float32Array>, from: number, count: number): Promise<void> {
    await first;
    for (let i = from; i < count; i++) await classify(windows[i % windows.length] as Float32Array);
  }
}

function createOurs(network: Float32Network): Classify {
  const classifier = new Float32Classifier(network);
  const scores = new Float32Array(classifier.outputCount);
  return (features) => {
    classifier.run(features, scores);
    return scores;
  };
}

async function createOnnx(network: Float32Network): Promise<Classify> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(writeOnnx(network), { executionProviders: ["wasm"] });
  return async (features) => {
    const { scores } = await session.run({ features: new ort.Tensor("float32", features, [1, features.length]) });
    return scores?.data as Float32Array;
  };
}

async function createTensorflow({ layers }: Float32Network): Promise<Classify> {
  await tf.setBackend("cpu");
  const model = tf.sequential({
    layers: layers.map(({ inputs, outputs, activation }) =>
      tf.layers.dense({
        inputShape: [inputs],
        units: outputs,
        activation: activation === "relu" ? "relu" : "softmax",
      }),
    ),
  });
  model.layers.forEach((layer, l) => {
    const { inputs, outputs, weights, bias } = layers[l] as Float32Network["layers"][number];
    layer.setWeights([tf.tensor2d(weights, [outputs, inputs]).transpose(), tf.tensor1d(bias)]);
  });
  return (features) =>
    tf.tidy(() => (model.predict(tf.tensor2d(features, [1, features.length])) as tf.Tensor).dataSync<"float32">());
}

/** A ratio between runtimes that answer differently would mean nothing. */
function checkAgreement(peer: string, scores: Float32Array, expected: Float32Array): void {
  expected.forEach((score, i) => {
    if (!(Math.abs(score - (scores[i] as number)) < MOST_DIFFERENCE)) {
      throw new Error(`${peer} answers ${scores.join(", ")}, and we answer ${expected.join(", ")}.`);
    }
  });
}
