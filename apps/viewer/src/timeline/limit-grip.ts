import { anomalyAt, anomalyY } from "@windowscope/plot";

import type { LanePlace, Snapshot } from "../scope/scope-port.ts";

type Range = NonNullable<Snapshot["anomalyRange"]>;

/** A lane in CSS pixels as a box that the plot reckons with. */
function boxOf({ y, heightPx }: LanePlace) {
  return { x: 0, y, widthPx: 1, heightPx };
}

/** Where the limit stands, CSS pixels from the top of the canvas; at the edge of the lane where it is beyond. */
export function limitY(lane: LanePlace, range: Range, limit: number): number {
  return Math.min(lane.y + lane.heightPx, Math.max(lane.y, anomalyY(boxOf(lane), range, limit)));
}

/** The limit at a height, with the two decimals that it is written with; within what the lane shows. */
export function limitAt(lane: LanePlace, range: Range, y: number): number {
  const value = anomalyAt(boxOf(lane), range, y);
  const [least, most] = [Math.ceil(range.low * 100), Math.floor(range.high * 100)];
  return Math.min(most, Math.max(least, Math.round(value * 100))) / 100;
}
