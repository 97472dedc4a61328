import { bestOf } from "../drawer/window-words.ts";
import { formatAnomaly, formatScore, formatSeconds } from "../format.ts";
import type { Thresholds, TimeRange, WindowRecord } from "../scope/scope-port.ts";

/** What a verdict was made of. */
interface Ground {
  /** In the order of the scores. */
  readonly classes: readonly string[];
  readonly thresholds: Thresholds;
  /** What the recording is labelled as, on the clock of the window. */
  readonly labels: readonly (TimeRange & { readonly label: string })[];
}

type Judged = Pick<
  WindowRecord,
  "startMs" | "endMs" | "scores" | "anomaly" | "verdict" | "expected" | "isMismatch" | "value"
>;

/** A class that is over the minimum by no more than this might as well not be. */
const CLOSE = 0.1;

/** Why a window got the verdict that it has, where that needs words: sentences for people. */
export function explainVerdict(window: Judged, { classes, thresholds, labels }: Ground): readonly string[] {
  const { scores, verdict, expected, isMismatch } = window;
  const best = bestOf(scores);
  const bestScore = scores[best];
  const bestName = classes[best];
  if (bestScore === undefined || bestName === undefined) return [];
  const minimum = thresholds.minimumConfidence;
  const got = (k: number) => `${classes[k]} with ${formatScore(scores[k] ?? NaN)}`;

  const limit = thresholds.anomaly === undefined ? "the limit" : `the limit of ${formatAnomaly(thresholds.anomaly)}`;
  const anomaly = formatAnomaly(window.anomaly, thresholds.anomaly);
  const sentences: string[] = [];
  if (verdict === "anomaly") {
    // At the limit it is one, too.
    sentences.push(`The anomaly score ${anomaly} reaches ${limit}, so that ${got(best)} does not count.`);
  } else if (verdict === "uncertain" && minimum !== undefined) {
    const second = bestOf(scores.with(best, NaN));
    const next = second === -1 ? "" : `, then comes ${got(second)}`;
    sentences.push(
      `No class reaches the minimum of ${minimum.toFixed(2)}: ${bestName} lacks ${formatScore(minimum - bestScore)}${next}.`,
    );
  } else if (isMismatch && minimum !== undefined) {
    const over = bestScore - minimum;
    sentences.push(
      over <= CLOSE
        ? `${bestName} got ${formatScore(bestScore)}, only ${formatScore(over)} over the minimum of ${minimum.toFixed(2)}.`
        : `${bestName} got ${formatScore(bestScore)}, which is enough: the minimum is ${minimum.toFixed(2)}.`,
    );
  }
  if (expected === "anomaly" && isMismatch) {
    sentences.push(`The label says anomaly, but the anomaly score ${anomaly} is below ${limit}.`);
  } else if (expected !== undefined && expected !== verdict && !isMismatch && !classes.includes(expected)) {
    sentences.push(`The impulse has no class ${expected}, so nobody can say whether ${verdict} is right.`);
  } else if (expected !== undefined && isMismatch && verdict !== "uncertain" && verdict !== "anomaly") {
    const score = scores[classes.indexOf(expected)] ?? NaN;
    const rank = 1 + scores.filter((other) => other > score).length;
    sentences.push(
      `${expected}, as the label says, got ${formatScore(score)}: number ${rank} of ${classes.length} classes.`,
    );
  }
  const within = labels.filter(({ startMs, endMs }) => startMs < window.endMs && endMs > window.startMs);
  const last = within.at(-1);
  if (last && within.length > 1 && (isMismatch || verdict === "uncertain")) {
    const changeMs = last.startMs - window.startMs;
    sentences.push(
      `The label changes within this window, ${formatSeconds(changeMs)} s from its start: ` +
        `${within.map(({ label }) => label).join(", then ")}. The one at its end counts.`,
    );
  }
  return sentences;
}
