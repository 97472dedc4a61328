import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

/** What should be a key of the local Studio is none. The message says where it stands. */
export class KeyError extends Error {
  override readonly name = "KeyError";
}

/**
 * The key of the local Studio in a data folder: the one kept there, or a new one, readable by its owner alone.
 *
 * @throws {KeyError} when the file holds something else.
 */
export function readOrCreateKey(dataDir: string): string {
  const file = path.join(dataDir, "studio-key");
  if (existsSync(file)) {
    const kept = readFileSync(file, "utf8").trim();
    if (kept.startsWith("ei_")) return kept;
    throw new KeyError(`${file} does not hold a key (ei_...). Delete the file, and the next start makes a new one.`);
  }
  mkdirSync(dataDir, { recursive: true });
  const apiKey = `ei_${randomBytes(24).toString("hex")}`;
  // Under its name only once it is whole.
  const unfinished = `${file}.new`;
  writeFileSync(unfinished, `${apiKey}\n`, { mode: 0o600 });
  // The mode of writeFile is subject to the umask's own ideas.
  chmodSync(unfinished, 0o600);
  renameSync(unfinished, file);
  return apiKey;
}
