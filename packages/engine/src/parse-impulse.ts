import { parseBlockParameters } from "./block-parameters.ts";
import type { LabellingRule } from "./expected-label.ts";
import type {
  AnomalyBlock,
  ClassifierBlock,
  FeatureNormalisation,
  Impulse,
  ImpulseInput,
  ProcessingBlock,
  RegressionBlock,
} from "./impulse.ts";
import { JsonReader } from "./json-reader.ts";
import { parseFloat32Network, parseInt8Network, parseTfliteFile } from "./parse-network.ts";

/** What every impulse document says of itself. */
export const FORMAT = "windowscope-impulse";

/**
 * Reads an impulse document; docs/IMPULSE.md describes it. Version 1, which had one processing block, is read, too.
 *
 * @param document The parsed JSON.
 * @throws {DocumentError} naming the first value that is missing or wrong.
 */
export function parseImpulse(document: unknown): Impulse {
  const root = new JsonReader(document);
  root.get("format").oneOf(FORMAT);
  const version = root.get("version").oneOf(1, 2);

  const name = root.get("name").string();
  const input = parseInput(root.get("input"));
  const blocks =
    version === 1
      ? [{ parameters: parseBlockParameters(root.get("features"), false) }]
      : parseBlocks(root.get("blocks"), input);
  const classifier = root.optional("classifier");
  const anomaly = root.optional("anomaly");
  const regression = version === 1 ? undefined : root.optional("regression");
  if (!classifier && !regression && !anomaly) root.refuse("an impulse with a classifier, an anomaly block or both");
  if (classifier && regression) regression?.refuse("left out where there is a classifier");
  if (version === 2) root.only("format", "version", "name", "input", "blocks", "classifier", "regression", "anomaly");

  return {
    name,
    input,
    blocks,
    classifier: classifier && parseClassifier(classifier),
    ...(regression && { regression: parseRegression(regression) }),
    anomaly: anomaly && parseAnomaly(anomaly),
  };
}

function parseInput(json: JsonReader): ImpulseInput {
  const classificationMs = json.optional("classificationWindowIncreaseMs");
  const labelling = json.optional("labelling");
  return {
    axes: parseNames(json.get("axes"), "axis name"),
    frequencyHz: json.get("frequencyHz").positive(),
    windowSizeMs: json.get("windowSizeMs").positive(),
    windowIncreaseMs: json.get("windowIncreaseMs").positive(),
    ...(classificationMs && { classificationWindowIncreaseMs: classificationMs.positive() }),
    padZeros: json.get("padZeros").boolean(),
    ...(labelling && { labelling: parseLabelling(labelling) }),
  };
}

function parseLabelling(json: JsonReader): LabellingRule {
  const labels = () => parseNames(json.get("labels"), "label");
  const type = json
    .get("type")
    .oneOf("end-of-window", "majority-in-window", "anywhere-in-window", "anywhere-in-window-min-percentage");
  switch (type) {
    case "anywhere-in-window":
      return { type, labels: labels() };
    case "anywhere-in-window-min-percentage":
      return { type, labels: labels(), minPercentage: json.get("minPercentage").between(0, 100) };
    default:
      return { type };
  }
}

function parseBlocks(json: JsonReader, input: ImpulseInput): readonly ProcessingBlock[] {
  const items = json.items();
  if (items.length === 0) json.refuse("an array with at least one block");
  return items.map((item) => {
    item.only("parameters", "axes", "normalisation");
    const axes = item.optional("axes");
    const normalisation = item.optional("normalisation");
    return {
      parameters: parseBlockParameters(item.get("parameters"), true),
      ...(axes && { axes: parseAxes(axes, input) }),
      ...(normalisation && { normalisation: parseNormalisation(normalisation) }),
    };
  });
}

function parseAxes(json: JsonReader, input: ImpulseInput): readonly string[] {
  const axes = parseNames(json, "axis name");
  if (axes.some((axis) => !input.axes.includes(axis))) json.refuse(`axes of the input: ${input.axes.join(", ")}`);
  return axes;
}

function parseNormalisation(json: JsonReader): FeatureNormalisation {
  const mean = json.get("mean").items();
  return {
    mean: mean.map((item) => item.number()),
    scale: parseNumbers(json.get("scale"), mean.length, "mean", (item) => item.number()),
  };
}

/** One or more different texts. */
function parseNames(json: JsonReader, kind: string): readonly string[] {
  const names = json.items().map((item) => item.string());
  if (names.length === 0) json.refuse(`an array with at least one ${kind}`);
  if (new Set(names).size < names.length) json.refuse(`an array of different ${kind}s`);
  return names;
}

function parseClassifier(json: JsonReader): ClassifierBlock {
  const labels = parseNames(json.get("labels"), "class name");
  // Studio puts the anomaly score under this name beside those of the classes.
  if (labels.includes("anomaly"))
    json.get("labels").refuse('an array without "anomaly", which is the anomaly score\'s');
  const float32 = json.optional("float32");
  const int8 = json.optional("int8");
  if (!float32 && !int8) json.refuse("a classifier with float32 weights, int8 weights or both");

  return {
    labels,
    minimumConfidence: json.get("minimumConfidence").number(),
    float32: float32 && parseFloat32Network(float32, labels.length),
    int8: int8 && parseInt8Network(int8, labels.length),
  };
}

function parseRegression(json: JsonReader): RegressionBlock {
  const float32 = json.optional("float32");
  const int8 = json.optional("int8");
  if (!float32 && !int8) json.refuse("a regression with a float32 network, an int8 network or both");
  return { float32: float32 && parseTfliteFile(float32), int8: int8 && parseTfliteFile(int8) };
}

/** More features than that are a mistake. */
const MOST_FEATURES = 100_000;

function parseAnomaly(json: JsonReader): AnomalyBlock {
  const axes = json
    .get("axes")
    .items()
    .map((axis) => axis.integer(0, MOST_FEATURES));
  if (axes.length === 0) json.get("axes").refuse("an array with at least one feature index");
  const ofAxes = (list: JsonReader, read: (item: JsonReader) => number = (item) => item.number()) =>
    parseNumbers(list, axes.length, "axes", read);
  const common = {
    axes,
    mean: ofAxes(json.get("mean")),
    scale: ofAxes(json.get("scale"), (scale) => scale.positive()),
    threshold: json.get("threshold").number(),
  };
  if (json.optional("weights")) {
    const weights = json.get("weights").items();
    if (weights.length === 0) json.get("weights").refuse("an array with at least one number");
    const ofComponents = (list: JsonReader) => {
      const items = list.items();
      if (items.length !== weights.length) list.refuse(`an array of ${weights.length}, one for each of weights`);
      return items;
    };
    return {
      ...common,
      weights: weights.map((weight) => weight.between(0, 1)),
      means: ofComponents(json.get("means")).map((mean) => ofAxes(mean)),
      covariances: ofComponents(json.get("covariances")).map((matrix) => {
        const rows = matrix.items();
        if (rows.length !== axes.length) matrix.refuse(`an array of ${axes.length} rows, one for each of axes`);
        return rows.map((row) => ofAxes(row));
      }),
    };
  }
  return {
    ...common,
    clusters: json
      .get("clusters")
      .items()
      .map((cluster) => ({ center: ofAxes(cluster.get("center")), maxError: cluster.get("maxError").number() })),
  };
}

function parseNumbers(
  list: JsonReader,
  count: number,
  of: string,
  read: (item: JsonReader) => number,
): readonly number[] {
  const items = list.items();
  if (items.length !== count) list.refuse(`an array of ${count} numbers, one for each of ${of}`);
  return items.map(read);
}
