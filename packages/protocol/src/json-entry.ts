import type { Entry, UnknownEntry } from "./entry.ts";

/** An entry as JSON has it: plain arrays, and `null` for a number that is none. */
export type JsonEntry = { readonly kind: string; readonly log: number; readonly seq: number } & Readonly<
  Record<string, unknown>
>;

/** The JSON twin of an entry, for programs that do not read the binary form. */
export function toJsonEntry(entry: Exclude<Entry, UnknownEntry>): JsonEntry {
  const columns = Object.entries(entry).map(([key, value]: [string, unknown]) => {
    return [key, ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value];
  });
  return Object.fromEntries(columns) as JsonEntry;
}
