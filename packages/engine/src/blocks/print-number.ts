/** A number as Studio's Python prints it in the names of features: a whole one with `.0`. */
export function printNumber(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** `printNumber`, rounded to hundredths; a half goes to the even one. Of numbers from 0 on. */
export function printHundredths(value: number): string {
  // In binary only odd eighths lie exactly between two hundredths. `toFixed` rounds those up, and the others as they are.
  const isHalf = (value * 8) % 2 === 1;
  const below = Math.floor(value * 100);
  return printNumber(isHalf ? (below + (below % 2)) / 100 : Number(value.toFixed(2)));
}
