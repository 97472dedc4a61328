/** Where the lanes of a timeline stand, in CSS pixels from its top. */
export interface TimelineLayout {
  readonly heightPx: number;
  readonly lanes: {
    readonly signal: Lane;
    readonly probability: Lane;
    readonly expected: Lane;
    readonly predicted: Lane;
    /** Absent for an impulse without an anomaly block. */
    readonly anomaly: Lane | undefined;
  };
  /** Lanes with a frame around them. */
  readonly frames: readonly Lane[];
  readonly names: readonly LaneName[];
  /** Middle of an axis' row. */
  axisTop(axis: number): number;
  /** Middle of a class' row. */
  classTop(classIndex: number): number;
}

interface LaneName {
  readonly text: string;
  readonly top: number;
  /** Its rows have names of their own. */
  readonly hasRows: boolean;
}

interface Lane {
  readonly y: number;
  readonly heightPx: number;
}

const AXIS_PX = 44;
const CLASS_PX = 19;
const BAND_PX = 22;
const ANOMALY_PX = 74;
const GAP_PX = 12;

/** Stacks the lanes of a run with so many axes and classes. */
export function layOut(axes: number, classes: number, hasAnomaly: boolean): TimelineLayout {
  const signal = { y: 0, heightPx: AXIS_PX * Math.max(1, axes) };
  const probability = { y: below(signal), heightPx: CLASS_PX * classes };
  const expected = { y: classes > 0 ? below(probability) : probability.y, heightPx: BAND_PX };
  const predicted = { y: expected.y + BAND_PX + 2, heightPx: BAND_PX };
  const anomaly = hasAnomaly ? { y: below(predicted), heightPx: ANOMALY_PX } : undefined;
  const last = anomaly ?? predicted;
  return {
    heightPx: last.y + last.heightPx,
    lanes: { signal, probability, expected, predicted, anomaly },
    frames: [signal, ...(classes > 0 ? [probability] : []), ...(anomaly ? [anomaly] : [])],
    names: [
      { text: "Signal", top: signal.y, hasRows: true },
      ...(classes > 0 ? [{ text: "Probability", top: probability.y, hasRows: true }] : []),
      { text: "Expected", top: expected.y + 3, hasRows: false },
      { text: "Predicted", top: predicted.y + 3, hasRows: false },
      ...(anomaly ? [{ text: "Anomaly", top: anomaly.y, hasRows: false }] : []),
    ],
    axisTop: (axis) => signal.y + AXIS_PX * (axis + 0.5),
    classTop: (classIndex) => probability.y + CLASS_PX * (classIndex + 0.5),
  };
}

function below({ y, heightPx }: Lane): number {
  return y + heightPx + GAP_PX;
}
