import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { link, open, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";

/**
 * The files of recordings, byte for byte as they were uploaded, and those on their way in.
 *
 * A file that a row of the database names is whole and on the disk. One that none names is what an interrupted upload
 * left; `sweep` removes it.
 */
export class SampleFiles {
  readonly #samples: string;
  readonly #uploads: string;

  /** @param folder Gets two folders of its own in it. */
  constructor(folder: string) {
    this.#samples = path.join(folder, "samples");
    this.#uploads = path.join(folder, "uploads");
    mkdirSync(this.#samples, { recursive: true });
    mkdirSync(this.#uploads, { recursive: true });
  }

  /** Path of a file that was kept. */
  pathOf(name: string): string {
    return path.join(this.#samples, name);
  }

  /** A path that nothing is at yet, for a file on its way in. */
  uploadPath(): string {
    return path.join(this.#uploads, randomBytes(12).toString("hex"));
  }

  /** Writes a file on its way in. @returns Its path. */
  async writeUpload(bytes: Uint8Array): Promise<string> {
    const upload = this.uploadPath();
    await writeFile(upload, bytes);
    return upload;
  }

  /**
   * Keeps a file that has come in whole; afterwards it survives a power cut.
   *
   * @param upload Path within the same file system; nothing is there any more afterwards.
   * @returns The name under which it is kept.
   */
  async keep(upload: string): Promise<string> {
    const name = path.basename(this.uploadPath());
    await sync(upload);
    await rename(upload, this.pathOf(name));
    await sync(this.#samples);
    return name;
  }

  /** Keeps a kept file under another name as well. @returns That name. */
  async keepAgain(name: string): Promise<string> {
    const other = path.basename(this.uploadPath());
    await link(this.pathOf(name), this.pathOf(other));
    await sync(this.#samples);
    return other;
  }

  /** Writes a file under a name of its own, at once and for good. */
  write(name: string, bytes: Uint8Array): void {
    const file = openSync(this.pathOf(name), "w");
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) await rm(this.pathOf(name), { force: true });
  }

  /** Removes what nobody needs any more: uploads that were interrupted, and files that no sample names. */
  sweep(needed: ReadonlySet<string>): void {
    for (const upload of readdirSync(this.#uploads)) rmSync(path.join(this.#uploads, upload));
    for (const name of readdirSync(this.#samples)) if (!needed.has(name)) rmSync(this.pathOf(name));
  }
}

async function sync(file: string): Promise<void> {
  const handle = await open(file, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
