import type { Category } from "../category.ts";
import { UploadError } from "./upload-error.ts";

const MOST_METADATA = 1_000;

/** What the headers of an upload say about each of its files. */
export interface UploadWishes {
  /** `undefined`: none is given, so that the file's name decides. */
  readonly label: string | undefined;
  readonly isUnlabelled: boolean;
  readonly disallowDuplicates: boolean;
  readonly addsUniqueSuffix: boolean;
  readonly metadata: Readonly<Record<string, string>> | undefined;
}

/**
 * Reads the headers, named as Edge Impulse documents them.
 *
 * @param header Gives a header's value.
 * @throws {UploadError} when one is malformed.
 */
export function readWishes(header: (name: string) => string | undefined): UploadWishes {
  return {
    label: decodeHeader("x-label", header("x-label")),
    isUnlabelled: header("x-no-label") === "1",
    disallowDuplicates: header("x-disallow-duplicates") === "1",
    // Names are made unique unless the sender says otherwise; saying both asks for it.
    addsUniqueSuffix: header("x-no-date-id") !== "1" || header("x-add-date-id") === "1",
    metadata: readMetadata(header("x-metadata")),
  };
}

/** The label of a file: the one of the request, else the beginning of its name; none when none is wanted. */
export function labelFor(name: string, { label, isUnlabelled }: UploadWishes): string | undefined {
  if (isUnlabelled) return undefined;
  return label ?? /^[a-zA-Z0-9\s\-_]+/.exec(name)?.[0] ?? "unknown";
}

/** @throws {UploadError} when it is not URI-encoded. */
export function decodeHeader(name: string, value: string | undefined): string | undefined {
  if (value === undefined || value === "") return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    throw new UploadError(400, `The header ${name} has to be URI-encoded.`);
  }
}

/** The category in a path: a category, or `split` for one in five files into the test set. */
export type CategoryRule = Category | "split";

/** @throws {UploadError} when there is none of that name. */
export function parseCategoryRule(category: string): CategoryRule {
  switch (category) {
    case "training":
    case "testing":
    case "validation":
    case "post-processing":
    case "split":
      return category;
    case "anomaly":
      // From before anomalies were labels like others: recordings to learn from.
      return "training";
    default:
      throw new UploadError(
        400,
        `"${category.slice(0, 50)}" is no category; use training, testing, validation, post-processing, anomaly or split.`,
      );
  }
}

/** @param md5 Hash of the file, so that the same file goes to the same side each time. */
export function categoryFor(rule: CategoryRule, md5: Buffer): Category {
  if (rule !== "split") return rule;
  return md5.readUInt32LE() % 5 === 0 ? "testing" : "training";
}

function readMetadata(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined || text === "") return undefined;
  const entries = Object.entries(parseObject(text));
  const isMapOfTexts = entries.every((entry): entry is [string, string] => typeof entry[1] === "string");
  if (!isMapOfTexts || entries.length > MOST_METADATA) throw notMetadata();
  return Object.fromEntries(entries);
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below.
  }
  throw notMetadata();
}

function notMetadata(): UploadError {
  return new UploadError(400, "The header x-metadata has to be a JSON object whose values are texts.");
}
