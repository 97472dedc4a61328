/** What tests need to know of a Markdown file: its links, its headings and its blocks of code. */

/** A block between fences. */
export interface CodeBlock {
  /** What stands behind the opening fence, such as `sh`; empty for pictures and output. */
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks, in their order. */
export function codeBlocksOf(markdown: string): readonly CodeBlock[] {
  return [...markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = "", text = ""]) => ({ language, text }));
}

/** Where links and pictures lead, as written; what stands in code is none. */
export function linksOf(markdown: string): readonly string[] {
  const prose = withoutBlocks(markdown).replace(/`[^`\n]*`/g, "");
  const inline = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const html = [...prose.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)];
  const bare = [...prose.matchAll(/<(https?:[^>\s]+)>/g)];
  return [...inline, ...html, ...bare].map(([, target = ""]) => target);
}

/** The anchors that GitHub gives the headings: their words in small letters with hyphens, repeated ones numbered. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of withoutBlocks(markdown).matchAll(/^#{1,6} (.*)$/gm)) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    let anchor = slug;
    for (let i = 1; anchors.has(anchor); i++) anchor = `${slug}-${i}`;
    anchors.add(anchor);
  }
  return anchors;
}

function withoutBlocks(markdown: string): string {
  return markdown.replace(/^```.*?^```$/gms, "");
}
