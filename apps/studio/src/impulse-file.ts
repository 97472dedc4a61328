import { readFile, writeFile } from "node:fs/promises";

/** An impulse was not imported or exported. The message says what to do. */
export class ImpulseFileError extends Error {
  override readonly name = "ImpulseFileError";
}

/** A running local Studio, and the key of its project. */
export interface StudioAddress {
  /** Such as `http://127.0.0.1:4800`. */
  readonly url: string;
  readonly apiKey: string;
}

/**
 * Gives a running local Studio an impulse: the document becomes the default impulse of the key's project.
 *
 * @returns What Studio made of it, in words.
 * @throws {ImpulseFileError} when the file cannot be read, Studio does not answer, or it refuses the document.
 */
export async function importImpulse(file: string, studio: StudioAddress): Promise<string> {
  const document = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new ImpulseFileError(`${file} cannot be read. Check the path.`, { cause });
  });
  return giveImpulse(document, studio);
}

/** The same for a document that is there as text. @throws {ImpulseFileError} */
export async function giveImpulse(document: string, studio: StudioAddress): Promise<string> {
  const text = await ask(studio, "POST", document);
  const { impulseId, name, variants, projectId } = JSON.parse(text) as Imported;
  const kind = variants.length > 0 ? variants.join(", ") : "no classifier, anomaly scores only";
  return `Impulse ${impulseId} "${name}" (${kind}) is now the default of project ${projectId}.`;
}

/**
 * Writes the default impulse of the key's project into a file, as `importImpulse` takes it.
 *
 * @throws {ImpulseFileError} when Studio does not answer or has none, or the file cannot be written.
 */
export async function exportImpulse(file: string, studio: StudioAddress): Promise<string> {
  const document = await ask(studio, "GET");
  await writeFile(file, document).catch((cause: unknown) => {
    throw new ImpulseFileError(`${file} cannot be written: ${(cause as Error).message}`, { cause });
  });
  return `Impulse "${(JSON.parse(document) as { name: string }).name}" written to ${file}.`;
}

interface Imported {
  readonly impulseId: number;
  readonly projectId: number;
  readonly name: string;
  readonly variants: readonly string[];
}

/** @returns The answer of a request that went well: JSON. */
async function ask({ url, apiKey }: StudioAddress, method: "GET" | "POST", body?: string): Promise<string> {
  const response = await fetch(new URL("/windowscope/impulses", url), {
    method,
    headers: { "x-api-key": apiKey, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body }),
  }).catch((cause: unknown) => {
    throw new ImpulseFileError(`No local Studio answers at ${url}. Start one: windowscope studio`, { cause });
  });
  const text = await response.text();
  if (response.ok) return text;
  if (response.status === 401) {
    throw new ImpulseFileError(
      `The Studio at ${url} refuses the key. Set WINDOWSCOPE_DATA_DIR to the data folder that it was started with, or ` +
        "WINDOWSCOPE_STUDIO_KEY to its key.",
    );
  }
  throw new ImpulseFileError(errorIn(text) ?? `${url} is no local Studio: ${text.slice(0, 80)}`);
}

function errorIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { error?: string }).error;
  } catch {
    return undefined;
  }
}
