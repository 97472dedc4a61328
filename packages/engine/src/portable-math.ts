/**
 * Exponential, logarithm and cosine that give the same bits on every machine.
 *
 * The language leaves the last bits of `Math.exp`, `Math.log`, `Math.cos` and `**` to the engine, and training makes a
 * different network of a different last bit. These consist of additions, multiplications and divisions, which IEEE 754
 * settles. Methods and coefficients are those of fdlibm (Sun Microsystems, 1993); off by less than one last place.
 */

/** The natural logarithm of 2 in two parts: multiples of the first are exact, the second is the rest. */
const LN2 = { high: 6.9314718036912381649e-1, low: 1.90821492927058770002e-10 };

const P1 = 1.66666666666666019037e-1;
const P2 = -2.77777777770155933842e-3;
const P3 = 6.61375632143793436117e-5;
const P4 = -1.6533902205465251539e-6;
const P5 = 4.13813679705723846039e-8;

/** The bits of a double: sign and exponent are the first twelve, whatever the machine's own order of bytes. */
const scratch = new DataView(new ArrayBuffer(8));
const EXPONENT_OF_1 = 1023;
const SMALLEST_NORMAL = 2 ** -1022;

/** e to the power of `x`. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019411) return 0;
  const power = Math.floor(x / Math.LN2 + 0.5);
  const high = x - power * LN2.high;
  const low = power * LN2.low;
  const rest = high - low;
  const square = rest * rest;
  const c = rest - square * (P1 + square * (P2 + square * (P3 + square * (P4 + square * P5))));
  return timesPowerOfTwo(1 - (low - (rest * c) / (2 - c) - high), power);
}

const L1 = 6.66666666666673513e-1;
const L2 = 3.999999999940941908e-1;
const L3 = 2.857142874366239149e-1;
const L4 = 2.222219843214978396e-1;
const L5 = 1.818357216161805012e-1;
const L6 = 1.531383769920937332e-1;
const L7 = 1.479819860511658591e-1;

/** The natural logarithm of `x`. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return Infinity;
  // x = 2^power * mantissa, with the mantissa about 1.
  const isSmall = x < SMALLEST_NORMAL;
  scratch.setFloat64(0, isSmall ? x * 2 ** 54 : x);
  const signAndExponent = scratch.getUint16(0);
  let power = (signAndExponent >> 4) - EXPONENT_OF_1 - (isSmall ? 54 : 0);
  scratch.setUint16(0, (signAndExponent & 0xf) | (EXPONENT_OF_1 << 4));
  let mantissa = scratch.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    power++;
  }

  const f = mantissa - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const rest = w * (L2 + w * (L4 + w * L6)) + z * (L1 + w * (L3 + w * (L5 + w * L7)));
  const half = 0.5 * f * f;
  return power * LN2.high - (half - (s * (half + rest) + power * LN2.low) - f);
}

const S1 = -1.66666666666666324348e-1;
const S2 = 8.33333333332248946124e-3;
const S3 = -1.98412698298579493134e-4;
const S4 = 2.75573137070700676789e-6;
const S5 = -2.50507602534068634195e-8;
const S6 = 1.58969099521155010221e-10;

const C1 = 4.16666666666666019037e-2;
const C2 = -1.38888888888741095749e-3;
const C3 = 2.48015872894767294178e-5;
const C4 = -2.75573143513906633035e-7;
const C5 = 2.0875723212981748279e-9;
const C6 = -1.13596475577881948265e-11;

/**
 * The cosine of a part of a full turn.
 *
 * @param turns From 0 to 1.
 */
export function cosOfTurns(turns: number): number {
  // Both folds are exact: the cosine is the same either side of the half turn, and turns its sign at the quarter.
  const half = turns > 0.5 ? 1 - turns : turns;
  const quarter = half > 0.25 ? 0.5 - half : half;
  const sign = half > 0.25 ? -1 : 1;
  return sign * (quarter > 0.125 ? sine(2 * Math.PI * (0.25 - quarter)) : cosine(2 * Math.PI * quarter));
}

/** From 0 to an eighth of a turn, in radians. */
function sine(x: number): number {
  const z = x * x;
  return x + z * x * (S1 + z * (S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)))));
}

function cosine(x: number): number {
  const z = x * x;
  return 1 - (0.5 * z - z * z * (C1 + z * (C2 + z * (C3 + z * (C4 + z * (C5 + z * C6))))));
}

/** `value * 2^power`, exactly where the result is a normal number. */
function timesPowerOfTwo(value: number, power: number): number {
  if (power < -1000) return timesPowerOfTwo(value, power + 1000) * 2 ** -1000;
  if (power > 1000) return timesPowerOfTwo(value, power - 1000) * 2 ** 1000;
  scratch.setFloat64(0, 1);
  scratch.setUint16(0, (EXPONENT_OF_1 + power) << 4);
  return value * scratch.getFloat64(0);
}
