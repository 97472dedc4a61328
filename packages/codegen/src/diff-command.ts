import { parseArgs } from "node:util";

import { worst, type Verdict } from "./api-diff/change.ts";
import { compareDocuments, type ApiDiff } from "./api-diff/compare-documents.ts";
import { reportMarkdown } from "./api-diff/report.ts";
import { prepare } from "./generate.ts";
import type { Terminal } from "./terminal.ts";
import { parseUsage, UsageError } from "./usage-error.ts";

export const DIFF_USAGE = `windowscope-codegen diff OLD NEW [options]

Reports what changed between two OpenAPI documents, and whom it breaks: those who read answers (reader) and those who
send requests (writer). Markdown; exits with 0 unless told when to fail.

  --json                        the same for machines
  --fail-on breaking|unclear    exits with 1 when a change is breaking (or unclear, or worse)
`;

/** `windowscope-codegen diff OLD NEW`. Answers the exit status. */
export async function diffCommand(words: readonly string[], terminal: Terminal): Promise<number> {
  const { positionals, values } = parseUsage(() =>
    parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        "fail-on": { type: "string" },
      },
    }),
  );
  const [before, after, ...more] = positionals;
  if (before === undefined || after === undefined || more.length > 0) throw new UsageError("Name two documents.");
  const failOn = values["fail-on"];
  if (failOn !== undefined && failOn !== "breaking" && failOn !== "unclear") {
    throw new UsageError(`--fail-on takes breaking or unclear, not ${failOn}.`);
  }

  const diff = compareDocuments((await prepare(before)).document, (await prepare(after)).document);
  terminal.out(values.json ? reportJson(diff, before, after) : reportMarkdown(diff, before, after));
  const failing: readonly Verdict[] = failOn === "unclear" ? ["breaking", "unclear"] : ["breaking"];
  return failOn !== undefined && failing.some((verdict) => diff.counts[verdict] > 0) ? 1 : 0;
}

function reportJson(diff: ApiDiff, before: string, after: string): string {
  const groups = diff.groups.map((group) => ({
    ...group,
    changes: group.changes.map((change) => ({ ...change, verdict: worst(change) })),
  }));
  return `${JSON.stringify({ before, after, counts: diff.counts, groups }, undefined, 2)}\n`;
}
