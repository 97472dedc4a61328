import type { LanePlace } from "../scope/scope-port.ts";

/** What the lanes depend on. */
export interface StackContent {
  readonly axes: number;
  /** Rows of the probability lane. */
  readonly rows: number;
  readonly hasAnomaly: boolean;
  /** A regression. */
  readonly hasValue: boolean;
  /** A second run lies over this one. */
  readonly hasBeside: boolean;
  readonly overlaysAxes: boolean;
  /** Something else stands in place of the signal: pictures. */
  readonly hidesSignal: boolean;
  /** The only lane; all when absent. */
  readonly only?: Lane | undefined;
  /** A telephone: what one reads at arm's length. */
  readonly isSmall: boolean;
}

export type Lane = LanePlace["lane"];

/** Where the lanes of the timeline stand, CSS pixels from the top of the canvas. */
export interface StackLayout {
  readonly heightPx: number;
  readonly lanes: readonly LanePlace[];
}

interface Wish {
  readonly lane: Lane;
  readonly leastPx: number;
  readonly mostPx: number;
  /** Room above it. */
  readonly gapPx: number;
  /** How eagerly it takes what room is left. */
  readonly share: number;
}

const GAP_PX = 12;
const BAND_PX = 22;
const TICKS_PX = 6;
/** A band of a few pixels a window has no room for its words; what is wrong still has its ticks. */
const LEFT_OUT_WHERE_SMALL: readonly Lane[] = ["signal", "expected", "predicted", "beside"];
/** One that fills a small frame of somebody else's page. */
const ALONE_PX = 2_000;

/**
 * Stacks the lanes in the room that there is.
 *
 * Each has a height below which it cannot be read: where the room is too small, the stack is higher than the room, and
 * scrolls. Where there is more, signal and probabilities get most of it.
 */
export function layOutStack(content: StackContent, heightPx: number): StackLayout {
  const wishes = wishesOf(content);
  const gaps = wishes.reduce((sum, { gapPx }, i) => sum + (i === 0 ? 0 : gapPx), 0);
  const least = wishes.reduce((sum, { leastPx }) => sum + leastPx, 0);
  const heights = shareOut(wishes, Math.max(0, heightPx - gaps - least));

  let y = 0;
  const lanes = wishes.map(({ lane, gapPx }, i) => {
    if (i > 0) y += gapPx;
    const place = { lane, y, heightPx: heights[i] ?? 0 };
    y += place.heightPx;
    return place;
  });
  return { heightPx: y, lanes };
}

function wishesOf(content: StackContent): Wish[] {
  const { axes, rows, only, isSmall } = content;
  const axisRows = content.overlaysAxes ? 2 : Math.max(1, axes);
  const most = only ? ALONE_PX : undefined;
  const all: (Wish | false)[] = [
    !content.hidesSignal && {
      lane: "signal",
      leastPx: Math.max(56, 24 * axisRows),
      mostPx: most ?? Math.max(200, 96 * axisRows),
      gapPx: GAP_PX,
      share: 3,
    },
    rows > 0 && {
      lane: "probability",
      leastPx: Math.max(24, rows * (rows > 12 ? 12 : 14)),
      mostPx: most ?? rows * 40,
      gapPx: GAP_PX,
      share: 3,
    },
    content.hasValue && { lane: "value", leastPx: 64, mostPx: most ?? 240, gapPx: GAP_PX, share: 2 },
    band("expected", 10),
    band("predicted", 2),
    content.hasBeside && band("beside", 2),
    { lane: "mismatch", leastPx: TICKS_PX, mostPx: TICKS_PX, gapPx: 2, share: 0 },
    content.hasAnomaly && { lane: "anomaly", leastPx: 44, mostPx: most ?? 160, gapPx: GAP_PX, share: 1.5 },
  ];
  const wished = all.filter((wish): wish is Wish => wish !== false);
  if (only) return wished.filter(({ lane }) => lane === only);
  const small = wished.filter(({ lane }) => !LEFT_OUT_WHERE_SMALL.includes(lane));
  // A model that writes texts has its bands alone.
  return isSmall && small.some(({ lane }) => lane !== "mismatch") ? small : wished;
}

function band(lane: Lane, gapPx: number): Wish {
  return { lane, leastPx: BAND_PX, mostPx: BAND_PX, gapPx, share: 0 };
}

/** Gives the lanes what room is left, by their shares, until each has all that it can use. */
function shareOut(wishes: readonly Wish[], roomPx: number): number[] {
  const heights = wishes.map(({ leastPx }) => leastPx);
  let leftPx = roomPx;
  for (;;) {
    const open = wishes.flatMap(({ mostPx, share }, i) => (share > 0 && (heights[i] ?? 0) < mostPx ? [i] : []));
    const shares = open.reduce((sum, i) => sum + (wishes[i]?.share ?? 0), 0);
    if (open.length === 0 || leftPx < open.length) return heights;
    let givenPx = 0;
    for (const i of open) {
      const { mostPx, share } = wishes[i] as Wish;
      // Whole pixels, or hairlines would blur.
      const morePx = Math.min(mostPx - (heights[i] ?? 0), Math.floor((leftPx * share) / shares));
      heights[i] = (heights[i] ?? 0) + morePx;
      givenPx += morePx;
    }
    if (givenPx === 0) return heights;
    leftPx -= givenPx;
  }
}
