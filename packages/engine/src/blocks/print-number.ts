/** A number as Studio's Python prints it in the names of features: a whole one with `.0`. */
export function printNumber(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** `printNumber`, rounded to hundredths; a half goes to the even one. */
export function printHundredths(value: number): string {
  const hundredths = value * 100;
  const below = Math.floor(hundredths);
  return printNumber((hundredths - below === 0.5 ? below + (below % 2) : Math.round(hundredths)) / 100);
}
