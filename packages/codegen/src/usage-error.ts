/** The command line cannot be understood; the message says what is wrong with it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * What `parse` answers.
 *
 * @throws {UsageError} instead of what it throws at an option that is not known or lacks its value.
 */
export function parseUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
