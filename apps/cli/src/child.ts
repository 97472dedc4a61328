/** What a process that `start` has started does to be a good child. */

/** Tells the parent that this process does its work now. @param address Where. */
export function reportReady(address: string): void {
  process.send?.({ ready: address });
}

/** A close that hangs is not waited for longer than this, so that everything that `start` started ends within 5 s. */
const CLOSE_WITH_PARENT_MS = 4_000;
const CLOSE_MS = 9_500;

/**
 * Runs until the process is told to end or its parent has died; then closes, and ends the process: with code 0 when all
 * was closed in time.
 *
 * A second SIGTERM ends it at once. Under a parent it does not: there signals come twice, from the terminal or the
 * process group and from the parent.
 *
 * @param close Called once.
 */
export async function untilToldToEnd(close: () => Promise<void>): Promise<never> {
  const hasParent = process.send !== undefined;
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
    process.once("disconnect", resolve);
    // A terminal that is closed tells its whole group, also those who close because their parent does.
    process.on("SIGHUP", resolve);
  });
  // A second Ctrl-C comes from people in a hurry and from terminals that signal the whole group.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => hasParent || process.exit(1));
  setTimeout(() => process.exit(1), hasParent ? CLOSE_WITH_PARENT_MS : CLOSE_MS).unref();
  await close();
  process.exit(0);
}
