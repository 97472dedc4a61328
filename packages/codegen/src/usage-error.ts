import { parseArgs, type ParseArgsConfig } from "node:util";

/** The command line cannot be understood; the message says what is wrong with it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws {UsageError} at an option that is not known or lacks its value. */
export function parseWords<T extends NonNullable<ParseArgsConfig["options"]>>(words: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...words], allowPositionals: true, options });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
