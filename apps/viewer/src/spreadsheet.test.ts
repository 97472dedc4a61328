import { describe, expect, it } from "vitest";

import { csvLine, tabLine } from "./spreadsheet.ts";

describe("csvLine", () => {
  it("quotes what would break a line, and leaves nothing for nothing", () => {
    expect(csvLine(['a "b"', "c,d", "e\nf", 1.5, undefined])).toBe('"a ""b""","c,d","e\nf",1.5,\r\n');
  });

  it("takes the start of a formula from texts, not from numbers, however they are written", () => {
    expect(csvLine(["=1+1", "+a", "-b", "@c", "\t=d", -1, "-1.5"])).toBe("'=1+1,'+a,'-b,'@c,'\t=d,-1,-1.5\r\n");
  });
});

describe("tabLine", () => {
  it("keeps a text in its field and on its line", () => {
    expect(tabLine(["a\tb", "c\r\nd", " e ", 1])).toBe("a b\tc d\te\t1\n");
  });

  it("takes the start of a formula from texts, also behind what is not printed and in quotation marks", () => {
    expect(tabLine(["=1+1", "\n=1+1", '"=1+1"', "-b", -1, "-1.5"])).toBe("'=1+1\t'=1+1\t'\"=1+1\"\t'-b\t-1\t-1.5\n");
  });
});
