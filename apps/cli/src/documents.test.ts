import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { listDocuments, listSources, readDocument, ROOT } from "./documents.ts";
import { anchorsOf, linksOf } from "./markdown.ts";

const documents = listDocuments();

describe("the documents", () => {
  it("are those of the root, of docs, of the packages and of the apps", () => {
    expect(documents).toEqual(
      expect.arrayContaining(["README.md", "CONTRIBUTING.md", "docs/OPERATIONS.md", "packages/sdk/README.md"]),
    );
  });
});

describe("the settings in the documents", () => {
  it("are read by a program", () => {
    const named = new Set(
      documents.flatMap((file) => readDocument(file).match(/\b(?:WINDOWSCOPE|EI)_[A-Z_]+\b/g) ?? []),
    );
    const isRead = (file: string) => /\.(ts|mjs)$|^\.ci\//.test(file) && !/\.(test|e2e)\.ts$/.test(file);
    const sources = listSources().filter(isRead);
    const read = new Set(
      sources.flatMap(
        (file) => readFileSync(path.join(ROOT, file), "utf8").match(/\b(?:WINDOWSCOPE|EI)_[A-Z_]+\b/g) ?? [],
      ),
    );

    expect([...named].filter((name) => !read.has(name))).toEqual([]);
    expect(named.size).toBeGreaterThan(10);
  });
});

describe.each(documents)("%s", (file) => {
  it("has no link to a file or heading that is not there", () => {
    expect(linksOf(readDocument(file)).filter((target) => !leadsSomewhere(file, target))).toEqual([]);
  });
});

/** Other people's pages are not visited: whether the network is there is no fact about the document. */
function leadsSomewhere(file: string, target: string): boolean {
  if (/^https?:/.test(target)) return URL.canParse(target);
  const [name = "", anchor] = target.split("#");
  const linked = name === "" ? path.join(ROOT, file) : path.resolve(ROOT, path.dirname(file), name);
  if (!linked.startsWith(ROOT) || !existsSync(linked)) return false;
  return anchor === undefined || anchorsOf(readFileSync(linked, "utf8")).has(anchor);
}
