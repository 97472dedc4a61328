// Trains an impulse on recordings made up here, then classifies the readings that it is sent.
import {
  createSeededRandom,
  designImpulse,
  fitRecordings,
  labelWhole,
  trainImpulse,
  WindowClassifier,
} from "@windowscope/engine";

const INTERVAL_MS = 16;
const READINGS = 500;

/** Eight seconds of a wave of some size, with noise. */
function record(label, size, seed) {
  const random = createSeededRandom(seed);
  const readings = new Float32Array(READINGS * 3);
  for (let i = 0; i < readings.length; i++) {
    const wave = (Math.floor(i / 3) % 20) / 10 - 1;
    readings[i] = size * 10 * wave + random.normal();
  }
  return { spans: labelWhole(label, READINGS), axes: ["x", "y", "z"], intervalMs: INTERVAL_MS, readings };
}

const recordings = [1, 2, 3, 4].flatMap((seed) => [record("quiet", 0.2, seed), record("shaken", 2, 10 + seed)]);
const design = designImpulse("quiet or shaken", recordings);
const training = trainImpulse(design, fitRecordings(design.input, recordings).fitting, 1);
let step = training.next();
for (; !step.done; step = training.next()) postMessage({ state: "Training" });

const classifier = new WindowClassifier(step.value);
const stream = classifier.stream(() => {
  const verdict = classifier.verdict();
  const name = typeof verdict === "number" ? step.value.classifier.labels[verdict] : verdict;
  // The classifier overwrites its scores with the next window.
  postMessage({ state: "Classifying", verdict: name, scores: [...classifier.scores] });
});
onmessage = ({ data }) => stream.push(data);
postMessage({ state: "Trained", isReady: true });
