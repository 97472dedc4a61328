import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { link, open, rename, rm, stat } from "node:fs/promises";
import path from "node:path";

/**
 * The files of recordings, byte for byte as they were uploaded.
 *
 * A file that a row of the database names is whole and on the disk. One that none names is what an interrupted upload
 * left; `sweep` removes it.
 */
export class SampleFiles {
  readonly #samples: string;

  /** @param dataDir The Studio's own folder. */
  constructor(dataDir: string) {
    this.#samples = path.join(dataDir, "samples");
    mkdirSync(this.#samples, { recursive: true });
  }

  /** Path of a file that was kept. */
  pathOf(name: string): string {
    return path.join(this.#samples, name);
  }

  /** Length of a file that was kept. */
  async readLengthBytes(name: string): Promise<number> {
    return (await stat(this.pathOf(name))).size;
  }

  /**
   * Keeps a file that has come in whole; afterwards it survives a power cut.
   *
   * @param upload Path within the same file system; nothing is there any more afterwards.
   * @returns The name under which it is kept.
   */
  async keep(upload: string): Promise<string> {
    const name = newName();
    await sync(upload);
    await rename(upload, this.pathOf(name));
    await sync(this.#samples);
    return name;
  }

  /** Keeps a kept file under so many other names as well. @returns Those names. */
  async keepAgain(name: string, times: number): Promise<string[]> {
    const others = Array.from({ length: times }, newName);
    for (const other of others) await link(this.pathOf(name), this.pathOf(other));
    // Once for all of them: each time takes as long as hundreds of names.
    await sync(this.#samples);
    return others;
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

  /** Removes the files that no sample names. */
  sweep(needed: ReadonlySet<string>): void {
    for (const name of readdirSync(this.#samples)) if (!needed.has(name)) rmSync(this.pathOf(name));
  }
}

function newName(): string {
  return randomBytes(12).toString("hex");
}

async function sync(file: string): Promise<void> {
  const handle = await open(file, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
