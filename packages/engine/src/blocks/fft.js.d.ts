/** The part of fft.js 4 that we call; the package ships no types. */
declare module "fft.js" {
  export default class FFT {
    /** @param size A power of two above 1. */
    constructor(size: number);
    /** Writes bins 0 to size / 2 of a real signal into `spectrum`, as re, im pairs. */
    realTransform(spectrum: Float64Array, signal: Float64Array): void;
  }
}
