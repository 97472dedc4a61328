import type { Category } from "../category.ts";
import type { LabelSpan } from "../formats/structured-labels.ts";

/** A file that has come in completely, on its way into a project. */
export interface Upload {
  readonly projectId: number;
  readonly category: Category;
  /** Name that the sender gave. */
  readonly filename: string;
  /** `undefined` leaves the sample unlabelled. */
  readonly label: string | undefined;
  /** Temporary file, consumed on success. */
  readonly path: string;
  readonly contentType: string;
  /** Not yet checked against the recording's length. */
  readonly structuredLabels?: readonly LabelSpan[];
  readonly metadata?: Readonly<Record<string, string>>;
  /** Whether a project that has this very file already refuses it. */
  readonly disallowDuplicates: boolean;
  /** Whether the stored name gets an end that no other has, which is Studio's way. */
  readonly addsUniqueSuffix: boolean;
}

/** A recording that the project does not take, such as one that it has. The message is for the person who sent it. */
export class IntakeError extends Error {
  override readonly name = "IntakeError";
}
