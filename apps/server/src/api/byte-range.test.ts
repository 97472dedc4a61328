import { expect, it } from "vitest";

import { readByteRange } from "./byte-range.ts";

it.each([
  { header: undefined, range: undefined },
  { header: "bytes=0-", range: { from: 0, to: 99 } },
  { header: "bytes=0-0", range: { from: 0, to: 0 } },
  { header: "bytes=10-19", range: { from: 10, to: 19 } },
  { header: "bytes=90-1000", range: { from: 90, to: 99 } },
  { header: "bytes=-10", range: { from: 90, to: 99 } },
  { header: "bytes=-1000", range: { from: 0, to: 99 } },
  { header: "bytes=100-", range: "outside" },
  { header: "bytes=-0", range: "outside" },
  { header: "bytes=5-3", range: undefined },
  { header: "bytes=-", range: undefined },
  { header: "bytes=0-1,5-6", range: undefined },
  { header: "bytes=a-b", range: undefined },
  { header: "readings=0-1", range: undefined },
])("of 100 bytes, $header is $range", ({ header, range }) => {
  expect(readByteRange(header, 100)).toEqual(range);
});
