import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * The key of the local Studio in a data folder: the one kept there, or a new one, readable by its owner alone.
 */
export function readOrCreateKey(dataDir: string): string {
  const file = path.join(dataDir, "studio-key");
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  mkdirSync(dataDir, { recursive: true });
  const apiKey = `ei_${randomBytes(24).toString("hex")}`;
  writeFileSync(file, `${apiKey}\n`, { mode: 0o600 });
  // The mode of writeFile is subject to the umask's own ideas.
  chmodSync(file, 0o600);
  return apiKey;
}
