import { worst, type Change, type Verdict } from "./change.ts";
import type { ApiDiff, ChangeGroup } from "./compare-documents.ts";

const HEADINGS: Readonly<Record<Verdict, string>> = {
  breaking: "Breaking",
  unclear: "Unclear: somebody has to look",
  compatible: "Compatible",
};
/** Of more operations than this only the number is said. */
const NAMED_OPERATIONS = 4;

/**
 * The report for people, in Markdown: first what breaks, then what nobody can tell, then the rest; within each by
 * schema or by operations. Descriptions that were reworded come last, as a list of places to read again.
 *
 * @param before Name of the old document.
 * @param after Name of the new one.
 */
export function reportMarkdown(diff: ApiDiff, before: string, after: string): string {
  const lines = [`# API changes: ${before} → ${after}`, ""];
  if (diff.groups.length === 0) return [...lines, "No differences.", ""].join("\n");
  lines.push(`${diff.counts.breaking} breaking, ${diff.counts.unclear} unclear, ${diff.counts.compatible} compatible.`);
  for (const verdict of ["breaking", "unclear", "compatible"] as const) {
    const section = diff.groups.flatMap((group) =>
      groupLines(group, (change) => worst(change) === verdict && !isReworded(change)),
    );
    if (section.length > 0) lines.push("", `## ${HEADINGS[verdict]}`, ...section);
  }
  const reworded = diff.groups.flatMap((group) =>
    group.changes.filter(isReworded).map(({ at }) => `\`${[group.name, at].filter((part) => part !== "").join(".")}\``),
  );
  if (reworded.length > 0) {
    lines.push("", "## Described differently", "", "The same shape, perhaps another meaning:", "", reworded.join(", "));
  }
  return [...lines, ""].join("\n");
}

function groupLines(group: ChangeGroup, isWanted: (change: Change) => boolean): readonly string[] {
  const changes = group.changes.filter(isWanted);
  if (changes.length === 0) return [];
  return ["", `### ${headingOf(group)}`, "", ...sameWords(changes.map(changeLine))];
}

function headingOf({ kind, name, operations }: ChangeGroup): string {
  const count = `${operations.length} ${operations.length === 1 ? "operation" : "operations"}`;
  if (kind === "operations") return operations.length > NAMED_OPERATIONS ? `${count}: ${name}` : name;
  if (operations.length === 0) return `${name}, which no operation reaches`;
  const named = operations.length <= NAMED_OPERATIONS ? `: ${operations.join(", ")}` : "";
  return `${name}, reaches ${count}${named}`;
}

function changeLine(change: Change): string {
  const { subject, what, at, detail } = change;
  const place = at === "" ? "" : ` \`${at}\``;
  const happened = what === "changed" ? "" : ` ${what}`;
  const name = subject === "type" || subject === "wording" ? place.trim() || "it" : `${subject}${place}`;
  return subject === "value"
    ? `- value \`${detail}\`${at === "" ? "" : ` of${place}`}${happened}${who(change)}`
    : `- ${name}${happened}${detail === "" ? "" : `: ${detail}`}${who(change)}`;
}

function who({ reader, writer }: Change): string {
  if (reader === undefined && writer === undefined) return "";
  if (reader === writer) return ` (reader and writer: ${reader ?? ""})`;
  const said = [reader && `reader: ${reader}`, writer && `writer: ${writer}`].filter((each) => each !== undefined);
  return ` (${said.join(", ")})`;
}

function isReworded({ subject, detail }: Change): boolean {
  return subject === "wording" && detail === "is described differently";
}

function sameWords(lines: readonly string[]): readonly string[] {
  return [...new Set(lines)];
}
