/** A NumPy file begins on a multiple of this, so that it can be mapped into memory. */
const ALIGNMENT = 64;

/**
 * What stands in a NumPy file in front of a table of little-endian float32, written row by row.
 *
 * Version 1.0 of the format, which every NumPy reads.
 */
export function npyHeader(rows: number, columns: number): Uint8Array<ArrayBuffer> {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const beforeText = 10;
  const length = Math.ceil((beforeText + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = Buffer.alloc(length, " ");
  bytes.write("\x93NUMPY\x01\x00", 0, "latin1");
  bytes.writeUInt16LE(length - beforeText, 8);
  bytes.write(text, beforeText, "latin1");
  bytes.write("\n", length - 1, "latin1");
  return bytes;
}
