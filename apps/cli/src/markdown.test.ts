import { describe, expect, it } from "vitest";

import { anchorsOf, codeBlocksOf, linksOf } from "./markdown.ts";

const TEXT = `# The \`first\` [thing](a.md#b): done
See [one](one.md), ![two](<two.png>), [three](three.md "A title"), <https://example.com/> and \`[no](code.md)\`.

\`\`\`sh
ls # [nor](this.md)
\`\`\`

## Again
## Again

\`\`\`
Output
\`\`\`
<img src="four.png" srcset="five.png">
`;

describe("linksOf", () => {
  it("finds links, pictures and addresses, and passes over code", () => {
    expect(linksOf(TEXT)).toEqual([
      "a.md#b",
      "one.md",
      "two.png",
      "three.md",
      "four.png",
      "five.png",
      "https://example.com/",
    ]);
  });
});

describe("anchorsOf", () => {
  it("names headings as GitHub does, repeated ones by number", () => {
    expect([...anchorsOf(TEXT)]).toEqual(["the-first-thing-done", "again", "again-1"]);
  });
});

describe("codeBlocksOf", () => {
  it("has each block with its language", () => {
    expect(codeBlocksOf(TEXT)).toEqual([
      { language: "sh", text: "ls # [nor](this.md)\n" },
      { language: "", text: "Output\n" },
    ]);
  });
});
