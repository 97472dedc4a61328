/** What a process that `start` has started does to be a good child. */

/** Tells the parent that this process does its work now. @param address Where. */
export function reportReady(address: string): void {
  process.send?.({ ready: address });
}

/** A close that hangs is not waited for longer than this, so that everything ends within 5 s. */
const CLOSE_MS = 4_000;

/**
 * Runs until the process is told to end or its parent has died; then closes, and ends the process.
 *
 * @param close Called once.
 */
export async function untilToldToEnd(close: () => Promise<void>): Promise<never> {
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
    process.once("disconnect", resolve);
  });
  // A second Ctrl-C comes from people in a hurry and from terminals that signal the whole group.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => undefined);
  setTimeout(() => process.exit(1), CLOSE_MS).unref();
  await close();
  process.exit(0);
}
