/** Where the values of one tensor stand in another, worked out once so that running a network is plain copying. */
import { countElements } from "./tensor.ts";

/** How far apart neighbours along each dimension stand. */
function stridesOf(shape: readonly number[]): readonly number[] {
  return shape.map((_, dimension) => countElements(shape.slice(dimension + 1)));
}

/** For each value of a tensor, the sum of its indices times `strides`. */
function walk(shape: readonly number[], strides: readonly number[], first: number): Int32Array {
  const places = new Int32Array(countElements(shape));
  const index = shape.map(() => 0);
  let place = first;
  for (let i = 0; i < places.length; i++) {
    places[i] = place;
    for (let d = shape.length - 1; d >= 0; d--) {
      index[d] = (index[d] as number) + 1;
      place += strides[d] as number;
      if ((index[d] as number) < (shape[d] as number)) break;
      place -= (shape[d] as number) * (strides[d] as number);
      index[d] = 0;
    }
  }
  return places;
}

/** For each value of a part, its place in a whole in which the part begins at `starts`. */
export function placesOf(part: readonly number[], whole: readonly number[], starts: readonly number[]): Int32Array {
  const strides = stridesOf(whole);
  return walk(
    part,
    strides,
    starts.reduce((sum, start, d) => sum + start * (strides[d] as number), 0),
  );
}

/** For each value of a whole, its place in what is left when dimensions are reduced to the lengths of `kept`. */
export function reducedPlaces(whole: readonly number[], kept: readonly number[]): Int32Array {
  const strides = stridesOf(kept);
  return walk(
    whole,
    strides.map((stride, d) => (kept[d] === 1 ? 0 : stride)),
    0,
  );
}

/** For each value of a whole, the place of the value of `part` that is repeated there; `undefined` when none fits. */
export function placesIn(whole: readonly number[], part: readonly number[]): Int32Array | undefined {
  if (part.length > whole.length) return undefined;
  const kept = [...whole.slice(part.length).map(() => 1), ...part];
  return kept.every((length, d) => length === 1 || length === whole[d]) ? reducedPlaces(whole, kept) : undefined;
}
