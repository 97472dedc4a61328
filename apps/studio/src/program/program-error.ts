/** The program cannot do what it was asked for. The message says what to do; it is all that people see. */
export class ProgramError extends Error {
  override readonly name: string = "ProgramError";
}

/** The command line is wrong. */
export class UsageError extends ProgramError {
  override readonly name = "UsageError";
}
