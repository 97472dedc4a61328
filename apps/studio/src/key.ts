import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
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
  const file = keyFileOf(dataDir);
  if (existsSync(file)) {
    const kept = readFileSync(file, "utf8").trim();
    if (kept.startsWith("ei_")) return kept;
    throw new KeyError(`${file} does not hold a key (ei_...). Delete the file, and the next start makes a new one.`);
  }
  const apiKey = createKey();
  return keepFirstKey(dataDir, apiKey) ? apiKey : readOrCreateKey(dataDir);
}

/** A key that nobody can guess. */
export function createKey(): string {
  return `ei_${randomBytes(24).toString("hex")}`;
}

/** The file in a data folder that holds the key. */
export function keyFileOf(dataDir: string): string {
  return path.join(dataDir, "studio-key");
}

/** Keeps a key in a data folder, in the place of the one that was there; readable by its owner alone. */
export function keepKey(dataDir: string, apiKey: string): void {
  renameSync(writeUnfinished(dataDir, apiKey), keyFileOf(dataDir));
}

/** The same where there is none yet. @returns Whether that was so: another program may have been faster. */
function keepFirstKey(dataDir: string, apiKey: string): boolean {
  const unfinished = writeUnfinished(dataDir, apiKey);
  try {
    linkSync(unfinished, keyFileOf(dataDir));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    // Not every file system has links.
    renameSync(unfinished, keyFileOf(dataDir));
    return true;
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** A key gets its file's name only once the file is whole. @returns The file that holds it until then. */
function writeUnfinished(dataDir: string, apiKey: string): string {
  mkdirSync(dataDir, { recursive: true });
  const unfinished = `${keyFileOf(dataDir)}.${process.pid}`;
  writeFileSync(unfinished, `${apiKey}\n`, { mode: 0o600 });
  // The mode of writeFile is subject to the umask's own ideas.
  chmodSync(unfinished, 0o600);
  return unfinished;
}
