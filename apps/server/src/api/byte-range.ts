/** Part of a file, both ends included. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads a `Range` header, as players send it: one part of the form `bytes=from-to`, `bytes=from-` or `bytes=-last`.
 *
 * @returns `undefined` for anything else, which then is answered by the whole file, as HTTP allows; `"outside"` for a
 *   part that the file does not have.
 */
export function readByteRange(header: string | undefined, length: number): ByteRange | "outside" | undefined {
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  if (first === "")
    return Number(last) === 0 ? "outside" : { from: Math.max(0, length - Number(last)), to: length - 1 };
  const range = { from: Number(first), to: last === "" ? length - 1 : Math.min(Number(last), length - 1) };
  // Such as `bytes=5-3`: HTTP calls it invalid, and has it ignored.
  if (last !== "" && Number(last) < range.from) return undefined;
  return range.from < length ? range : "outside";
}
