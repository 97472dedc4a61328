import { mkdirSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";

/**
 * Where uploads are while they come in: a folder on disk with one folder for each request.
 *
 * The folder is nobody else's. What a killed process left in it goes when the next one opens it.
 */
export class UploadFolder {
  readonly #path: string;

  /** @param dataDir The Studio's own folder. */
  constructor(dataDir: string) {
    this.#path = path.join(dataDir, "uploads");
    rmSync(this.#path, { recursive: true, force: true });
    mkdirSync(this.#path, { recursive: true, mode: 0o700 });
  }

  /** Lends a request a folder of its own, and removes it with all that is left in it however the request ends. */
  async withRequestFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(path.join(this.#path, "request-"));
    try {
      return await use(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
