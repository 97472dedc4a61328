import { readFile } from "node:fs/promises";

import type { PlannedUpload } from "./plan-import.ts";
import { ProgramError } from "./program-error.ts";

/** What became of a file. */
export type UploadOutcome =
  | { readonly type: "taken"; readonly sampleId: number }
  /** The project has the same bytes already. */
  | { readonly type: "duplicate" }
  | { readonly type: "refused"; readonly reason: string };

interface Ingestion {
  readonly ingestionUrl: string;
  readonly apiKey: string;
  readonly signal?: AbortSignal | undefined;
}

/** As many as keep the disk busy; Edge Impulse's uploader sends up to 20. */
const AT_ONCE = 4;
const STRUCTURED_LABELS = "structured_labels.labels";
const DUPLICATE = "An item with this hash already exists";

/**
 * Uploads files to ingestion, several at a time.
 *
 * @param onOutcome Told of each file as soon as it is done.
 * @throws {ProgramError} when ingestion does not answer, or takes nothing at all.
 */
export async function uploadFiles(
  uploads: readonly PlannedUpload[],
  ingestion: Ingestion,
  onOutcome: (upload: PlannedUpload, outcome: UploadOutcome) => void,
): Promise<void> {
  const waiting = uploads.values();
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(ingestion.signal ? [ingestion.signal] : [])]);
  async function work(): Promise<void> {
    for (const upload of waiting) {
      signal.throwIfAborted();
      onOutcome(upload, await uploadFile(upload, { ...ingestion, signal }));
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } catch (error) {
    // When one fails the others end with it.
    stop.abort();
    throw error;
  }
}

async function uploadFile(upload: PlannedUpload, { ingestionUrl, apiKey, signal }: Ingestion): Promise<UploadOutcome> {
  const { category, label, metadata } = upload;
  // What a form would write in other characters, which then are no longer those that its labels are found by.
  const name = upload.name.replaceAll(/["\r\n]/g, "_");
  const bytes = await readFile(upload.path).catch((error: Error) => error);
  if (bytes instanceof Error) return { type: "refused", reason: bytes.message };
  const form = new FormData();
  if (label.type === "multi-label") {
    const labels = { version: 1, type: "structured-labels", structuredLabels: { [name]: label.labels } };
    form.append("data", new Blob([JSON.stringify(labels)]), STRUCTURED_LABELS);
  }
  form.append("data", new Blob([new Uint8Array(bytes)]), name);
  const response = await fetch(new URL(`/api/${category}/files`, ingestionUrl), {
    method: "POST",
    headers: {
      "x-api-key": apiKey,
      "x-disallow-duplicates": "1",
      ...(label.type === "label" && { "x-label": encodeURIComponent(label.label) }),
      ...(label.type === "unlabeled" && { "x-no-label": "1" }),
      ...(metadata && { "x-metadata": encodeMetadata(metadata) }),
    },
    body: form,
    ...(signal && { signal }),
  }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new ProgramError(`Ingestion at ${ingestionUrl} does not answer. Run the same import again to go on.`, {
      cause,
    });
  });
  return outcomeOf(response.status, await response.text());
}

/** A header holds no other characters than these. */
function encodeMetadata(metadata: Readonly<Record<string, string>>): string {
  return JSON.stringify(metadata).replaceAll(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

interface IngestionAnswer {
  readonly error?: string;
  readonly files?: readonly {
    readonly success: boolean;
    readonly sampleId?: number;
    readonly error?: string;
    readonly fileName?: string;
  }[];
}

/** @throws {ProgramError} when the key is refused, for it will be for every file. */
function outcomeOf(status: number, text: string): UploadOutcome {
  const { error, files = [] } = parseAnswer(text);
  if (status === 401) throw new ProgramError(`Ingestion refuses the key: ${error}`);
  const refused = files.find((file) => !file.success);
  if (refused) {
    const reason = refused.error ?? "no reason was given";
    return reason.startsWith(DUPLICATE) ? { type: "duplicate" } : { type: "refused", reason };
  }
  const sampleId = files.find((file) => file.sampleId !== undefined)?.sampleId;
  if (sampleId === undefined) return { type: "refused", reason: error ?? `status ${status}: ${text.slice(0, 200)}` };
  return { type: "taken", sampleId };
}

function parseAnswer(text: string): IngestionAnswer {
  try {
    return JSON.parse(text) as IngestionAnswer;
  } catch {
    return {};
  }
}
