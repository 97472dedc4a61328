import { onTestFinished } from "vitest";

import { createFolder } from "../src/harness.ts";

/** A folder that is gone with the test. */
export function temporaryFolder(): string {
  const { folder, remove } = createFolder();
  onTestFinished(remove);
  return folder;
}
