import type { LanePlace, Snapshot } from "../scope/scope-port.ts";

type Range = NonNullable<Snapshot["anomalyRange"]>;

// As `anomalyY` and `anomalyAt` of the plot have it, whose module brings all that draws with it.

/** Where the limit stands, CSS pixels from the top of the canvas; at the edge of the lane where it is beyond. */
export function limitY({ y, heightPx }: LanePlace, { low, high }: Range, limit: number): number {
  return y + heightPx * Math.min(1, Math.max(0, (high - limit) / (high - low)));
}

/** The limit at a height, with the two decimals that it is written with; within what the lane shows. */
export function limitAt({ y, heightPx }: LanePlace, { low, high }: Range, atY: number): number {
  const value = high - ((atY - y) / heightPx) * (high - low);
  const [least, most] = [Math.ceil(low * 100), Math.floor(high * 100)];
  return Math.min(most, Math.max(least, Math.round(value * 100))) / 100;
}
