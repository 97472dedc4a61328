import { DIFF_USAGE, diffCommand } from "./diff-command.ts";
import { FETCH_USAGE, fetchCommand } from "./fetch-command.ts";
import { GENERATE_USAGE, generateCommand } from "./generate-command.ts";
import { OpenApiDocumentError } from "./openapi-document.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** What the first word may be; anything else is a document to generate from. */
const COMMANDS: Readonly<Record<string, { usage: string; run: typeof diffCommand }>> = {
  diff: { usage: DIFF_USAGE, run: diffCommand },
  fetch: { usage: FETCH_USAGE, run: fetchCommand },
};

/**
 * Runs `windowscope-codegen` with the words after its name.
 *
 * @returns The exit status. 0: done. 1: stale files, or an API change that was to fail. 2: it could not be done.
 */
export async function runCommand(words: readonly string[], terminal: Terminal): Promise<number> {
  const [first = ""] = words;
  const command = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  const usage = command?.usage ?? [GENERATE_USAGE, DIFF_USAGE, FETCH_USAGE].join("\n");
  if (words.includes("--help")) {
    terminal.out(usage);
    return 0;
  }
  try {
    return command ? await command.run(words.slice(1), terminal) : await generateCommand(words, terminal);
  } catch (error) {
    if (error instanceof UsageError) terminal.error(`${error.message}\n\n${usage}`);
    else if (error instanceof OpenApiDocumentError) terminal.error(`${error.message}\n`);
    else terminal.error(`${describeFailure(error)}\n`);
    // Never 1, which says that files are stale.
    return 2;
  }
}

/** What the system refuses says enough by itself; of a mistake in here the place has to be known. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "syscall" in error ? error.message : (error.stack ?? error.message);
}
