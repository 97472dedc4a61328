import type { Float32Layer, Float32Network } from "./networks/dense-float32.ts";
import type { Int8Layer, Int8Network, Quantization } from "./networks/dense-int8.ts";
import { JsonReader } from "./json-reader.ts";
import type { KMeansModel } from "./kmeans.ts";
import type { SpectralAnalysisParameters } from "./blocks/spectral-analysis.ts";

/** Which arithmetic a classifier runs in. */
export type Variant = "float32" | "int8";

/** An impulse with its trained blocks, ready to run: what to read, how to see it, what to make of it. */
export interface Impulse {
  readonly name: string;
  readonly input: {
    /** Names of the sensor axes, in the order in which the readings carry them. */
    readonly axes: readonly string[];
    readonly frequencyHz: number;
    readonly windowSizeMs: number;
    readonly windowIncreaseMs: number;
    /** Fill a recording shorter than a window with zeros instead of leaving it out. */
    readonly padZeros: boolean;
  };
  readonly features: { readonly type: "spectral-analysis"; readonly version: 2 | 3 } & SpectralAnalysisParameters;
  readonly classifier: ClassifierBlock | undefined;
  readonly anomaly: AnomalyBlock | undefined;
}

export interface ClassifierBlock {
  /** Class names in the order of the network's outputs. */
  readonly labels: readonly string[];
  /** Below this score, 0 to 1, a window's best class is "uncertain". */
  readonly minimumConfidence: number;
  readonly float32: Float32Network | undefined;
  readonly int8: Int8Network | undefined;
}

export interface AnomalyBlock extends KMeansModel {
  /** From this score on a window is an anomaly. */
  readonly threshold: number;
}

const FORMAT = "windowscope-impulse";

/**
 * Reads an impulse document; docs/IMPULSE.md describes it.
 *
 * @param document The parsed JSON.
 * @throws {DocumentError} naming the first value that is missing or wrong.
 */
export function parseImpulse(document: unknown): Impulse {
  const root = new JsonReader(document);
  root.get("format").oneOf(FORMAT);
  root.get("version").oneOf(1);

  const input = parseInput(root.get("input"));
  const features = parseFeatures(root.get("features"));
  const classifier = root.optional("classifier");
  const anomaly = root.optional("anomaly");
  if (!classifier && !anomaly) root.refuse("an impulse with a classifier, an anomaly block or both");

  return {
    name: root.get("name").string(),
    input,
    features,
    classifier: classifier && parseClassifier(classifier),
    anomaly: anomaly && parseAnomaly(anomaly),
  };
}

/** Writes an impulse as the document that `parseImpulse` reads; numbers come back exactly. */
export function toImpulseDocument({ name, input, features, classifier, anomaly }: Impulse): object {
  return {
    format: FORMAT,
    version: 1,
    name,
    input,
    features,
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

function parseInput(json: JsonReader): Impulse["input"] {
  const axes = json.get("axes").items();
  if (axes.length === 0) json.get("axes").refuse("an array with at least one axis name");
  return {
    axes: axes.map((axis) => axis.string()),
    frequencyHz: json.get("frequencyHz").positive(),
    windowSizeMs: json.get("windowSizeMs").positive(),
    windowIncreaseMs: json.get("windowIncreaseMs").positive(),
    padZeros: json.get("padZeros").boolean(),
  };
}

function parseFeatures(json: JsonReader): Impulse["features"] {
  return {
    type: json.get("type").oneOf("spectral-analysis"),
    version: json.get("version").oneOf(2, 3),
    scaleAxes: json.get("scaleAxes").number(),
    filterType: json.get("filterType").oneOf("none", "low", "high"),
    filterCutoffHz: json.get("filterCutoffHz").number(),
    filterOrder: json.get("filterOrder").oneOf(0, 2, 4, 6, 8),
    fftLength: json.get("fftLength").oneOf(4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096),
    doLog: json.get("doLog").boolean(),
    doFftOverlap: json.get("doFftOverlap").boolean(),
  };
}

function parseClassifier(json: JsonReader): ClassifierBlock {
  const labels = json
    .get("labels")
    .items()
    .map((label) => label.string());
  if (labels.length === 0) json.get("labels").refuse("an array with at least one class name");
  if (new Set(labels).size < labels.length) json.get("labels").refuse("an array of different class names");
  // Studio puts the anomaly score under this name beside those of the classes.
  if (labels.includes("anomaly"))
    json.get("labels").refuse('an array without "anomaly", which is the anomaly score\'s');
  const float32 = json.optional("float32");
  const int8 = json.optional("int8");
  if (!float32 && !int8) json.refuse("a classifier with float32 weights, int8 weights or both");

  return {
    labels,
    minimumConfidence: json.get("minimumConfidence").number(),
    float32: float32 && { layers: parseLayers(float32, labels.length, parseFloat32Layer) },
    int8: int8 && {
      input: parseQuantization(int8.get("input")),
      layers: parseLayers(int8, labels.length, parseInt8Layer),
    },
  };
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

function parseAnomaly(json: JsonReader): AnomalyBlock {
  const axes = json
    .get("axes")
    .items()
    .map((axis) => axis.integer(0, MOST_NEURONS));
  if (axes.length === 0) json.get("axes").refuse("an array with at least one feature index");
  const numbers = (list: JsonReader, read: (item: JsonReader) => number) => {
    const items = list.items();
    if (items.length !== axes.length) list.refuse(`an array of ${axes.length} numbers, one for each of axes`);
    return items.map(read);
  };
  return {
    axes,
    mean: numbers(json.get("mean"), (mean) => mean.number()),
    scale: numbers(json.get("scale"), (scale) => scale.positive()),
    clusters: json
      .get("clusters")
      .items()
      .map((cluster) => ({
        center: numbers(cluster.get("center"), (coordinate) => coordinate.number()),
        maxError: cluster.get("maxError").number(),
      })),
    threshold: json.get("threshold").number(),
  };
}

function toBase64(array: Float32Array | Int32Array | Int8Array): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** Every runtime that we know has it; the language's own library does not declare it. */
declare function btoa(binary: string): string;
