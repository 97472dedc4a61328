/** What may become of somebody's program: it breaks, it goes on working, or only a person can tell. */
export type Verdict = "breaking" | "compatible" | "unclear";

/** What a difference means to those who read answers and to those who send requests; `undefined`: never meets it. */
export interface Verdicts {
  readonly reader: Verdict | undefined;
  readonly writer: Verdict | undefined;
}

/** One difference between two documents. */
export interface Change {
  readonly subject: "operation" | "parameter" | "body" | "answer" | "schema" | "field" | "value" | "type" | "wording";
  readonly what: "added" | "removed" | "changed";
  /** What it is about, for people: `bounds.width`, `query limit`. Empty for the schema or the operation itself. */
  readonly at: string;
  /** From what to what, where that says more. */
  readonly detail: string;
  /** JSON pointer into the new document, or into the old one for what was removed. */
  readonly pointer: string;
  /** What it means to those who read answers; `undefined` when they never meet it. `writer`: to those who send requests. */
  readonly reader: Verdict | undefined;
  readonly writer: Verdict | undefined;
}

/** The worse of what reader and writer meet. What nobody meets is compatible. */
export function worst({ reader, writer }: Verdicts): Verdict {
  if (reader === "breaking" || writer === "breaking") return "breaking";
  if (reader === "unclear" || writer === "unclear") return "unclear";
  return "compatible";
}
