import { Problem } from "./problem.ts";

/** Whoever cancels is answered within this time. */
const LONGEST_WAIT_MS = 4_000;

/**
 * Waits for a cancel as long as somebody may be expected to. While run log or Studio do not answer it takes longer, and
 * goes on in the background.
 *
 * @throws {Problem} 503 when it takes longer.
 */
export async function cancelInTime<T>(cancel: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const detail = `Not cancelled within ${LONGEST_WAIT_MS / 1_000} s: the run log or Studio does not answer. It goes on.`;
      reject(new Problem(503, "cancel-goes-on", detail));
    }, LONGEST_WAIT_MS);
  });
  try {
    return await Promise.race([cancel(), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
