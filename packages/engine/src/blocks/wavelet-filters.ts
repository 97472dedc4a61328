import { BIORTHOGONAL, ORTHOGONAL, type FilterPair } from "./wavelet-coefficients.ts";

/** A wavelet's filters. Low-pass and high-pass, each of the same even length. */
export interface WaveletFilters {
  readonly decomposeLow: Float64Array;
  readonly decomposeHigh: Float64Array;
}

/** Names of all wavelets: of Haar, Daubechies (db), symlets, coiflets, biorthogonal ones and those the other way round. */
export function waveletNames(): readonly string[] {
  const biorthogonal = [...SPLINES, ...BIORTHOGONAL.keys()];
  return [
    "haar",
    ...ORTHOGONAL.keys(),
    "sym2",
    "sym3",
    ...biorthogonal.map((orders) => `bior${orders}`),
    ...biorthogonal.map((orders) => `rbio${orders}`),
  ];
}

/**
 * The filters that take a signal apart with the wavelet of this name, in the conventions of PyWavelets.
 *
 * @throws {RangeError} for a name that Studio does not have.
 */
export function waveletFilters(name: string): WaveletFilters {
  if (!waveletNames().includes(name)) {
    throw new RangeError(`wavelet is ${name}; it has to be one of ${waveletNames().join(", ")}.`);
  }
  const orders = name.slice(4);
  if (name.startsWith("bior")) return fromPair(biorthogonalPair(orders));
  if (name.startsWith("rbio")) {
    const [decompose, reconstruct] = biorthogonalPair(orders);
    return fromPair([[...reconstruct].reverse(), [...decompose].reverse()]);
  }
  const reconstruct = name === "haar" ? [Math.SQRT1_2, Math.SQRT1_2] : orthogonalFilter(name);
  return fromPair([[...reconstruct].reverse(), reconstruct]);
}

/** A high-pass filter for taking apart is the low-pass one for putting together with every other sign turned. */
function fromPair([decomposeLow, reconstructLow]: FilterPair): WaveletFilters {
  return {
    decomposeLow: Float64Array.from(decomposeLow),
    decomposeHigh: Float64Array.from(reconstructLow, (value, i) => (i % 2 === 0 ? -value : value)),
  };
}

/** The two shortest symlets are Daubechies' own. */
function orthogonalFilter(name: string): readonly number[] {
  const stored = ORTHOGONAL.get(name === "sym2" ? "db2" : name === "sym3" ? "db3" : name);
  return stored as NonNullable<typeof stored>;
}

function biorthogonalPair(orders: string): FilterPair {
  const stored = BIORTHOGONAL.get(orders);
  if (stored) return alignPair(stored);
  const [reconstructOrder, decomposeOrder] = orders.split(".").map(Number) as [number, number];
  return splinePair(reconstructOrder, decomposeOrder);
}

/**
 * Cohen, Daubechies and Feauveau: a B-spline puts together, and its dual of the wanted order takes apart.
 *
 * Both together are the half-band filter ((1 + z) / 2)^2k P(y) with P(y) = sum of C(k - 1 + j, j) y^j over j < k, where
 * 2k is the sum of the orders and y = (2 - z - 1 / z) / 4.
 */
function splinePair(reconstructOrder: number, decomposeOrder: number): FilterPair {
  const terms = (reconstructOrder + decomposeOrder) / 2;
  let factor = [0];
  let power = [1];
  let binomial = 1;
  for (let j = 0; j < terms; j++) {
    factor = add(
      power.map((value) => value * binomial),
      factor,
    );
    power = multiply(power, [-0.25, 0.5, -0.25]);
    binomial = (binomial * (terms + j)) / (j + 1);
  }
  const spline = (order: number) => Array.from({ length: order }).reduce<number[]>((p) => multiply(p, [0.5, 0.5]), [1]);
  const scale = (filter: readonly number[]) => filter.map((value) => value * Math.SQRT2);
  return alignPair([scale(multiply(spline(decomposeOrder), factor)), scale(spline(reconstructOrder))]);
}

/** Fills both filters up to one even length; of odd ones the middle comes before or behind that of the length. */
function alignPair([decompose, reconstruct]: FilterPair): FilterPair {
  const longest = Math.max(decompose.length, reconstruct.length);
  const length = longest + (longest % 2);
  const fill = (filter: readonly number[], before: number) => [
    ...Array<number>(before).fill(0),
    ...filter,
    ...Array<number>(length - filter.length - before).fill(0),
  ];
  const room = (filter: readonly number[]) => (length - filter.length) / 2;
  return [fill(decompose, Math.ceil(room(decompose))), fill(reconstruct, Math.floor(room(reconstruct)))];
}

/** The sum of two polynomials with the same middle; `a` is the longer one. */
function add(a: readonly number[], b: readonly number[]): number[] {
  const before = (a.length - b.length) / 2;
  return a.map((value, i) => value + (b[i - before] ?? 0));
}

function multiply(a: readonly number[], b: readonly number[]): number[] {
  const product = Array<number>(a.length + b.length - 1).fill(0);
  a.forEach((x, i) => b.forEach((y, j) => (product[i + j] = (product[i + j] as number) + x * y)));
  return product;
}

/** Orders of the spline for putting together and of its dual, as in a wavelet's name. */
const SPLINES = ["1.1", "1.3", "1.5", "2.2", "2.4", "2.6", "2.8", "3.1", "3.3", "3.5", "3.7", "3.9"];
