/** Time on the clock that all processes of the machine share, ms. */
export function readClockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
