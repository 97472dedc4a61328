import { readFile } from "node:fs/promises";

/** The impulse was not imported. The message says what to do. */
export class ImportError extends Error {
  override readonly name = "ImportError";
}

/**
 * Gives a running local Studio an impulse: the document becomes the default impulse of the key's project.
 *
 * @param studioUrl Such as `http://127.0.0.1:4800`.
 * @returns What Studio made of it, in words.
 * @throws {ImportError} when the file cannot be read, Studio does not answer, or it refuses the document.
 */
export async function importImpulse(file: string, studioUrl: string, apiKey: string): Promise<string> {
  const document = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new ImportError(`${file} cannot be read. Check the path.`, { cause });
  });
  const response = await fetch(new URL("/windowscope/impulses", studioUrl), {
    method: "POST",
    headers: { "x-api-key": apiKey, "content-type": "application/json" },
    body: document,
  }).catch((cause: unknown) => {
    throw new ImportError(`No local Studio answers at ${studioUrl}. Start one: windowscope studio`, { cause });
  });

  const text = await response.text();
  const answer = parseAnswer(text);
  if (answer?.success !== true)
    throw new ImportError(answer?.error ?? `${studioUrl} is no local Studio: ${text.slice(0, 80)}`);
  return `Impulse ${answer.impulseId} "${answer.name}" (${answer.variants.join(", ")}) is now the default of project ${answer.projectId}.`;
}

type Answer =
  | { success: true; impulseId: number; projectId: number; name: string; variants: string[] }
  | { success: false; error: string };

function parseAnswer(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return undefined;
  }
}
