import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import type Database from "libsql";

import { closeDatabase, openDatabase } from "./database.ts";
import { UploadFolder } from "./ingestion/upload-folder.ts";
import { SampleFiles } from "./sample-files.ts";

/** Where a local Studio keeps everything: a database, and the files of the recordings beside it. */
export interface Store {
  readonly database: Database.Database;
  readonly files: SampleFiles;
  /** For files on their way in: in the same file system, so that they only have to be moved. */
  readonly uploads: UploadFolder;
  close(): void;
}

/**
 * Opens a data folder, for this process alone.
 *
 * @param dataDir Without one the database is in memory, and the files are in a temporary folder that goes with it.
 * @throws {StudioInUseError} when another process uses the folder.
 */
export function openStore(dataDir?: string): Store {
  const folder = dataDir ?? mkdtempSync(path.join(tmpdir(), "windowscope-studio-"));
  mkdirSync(folder, { recursive: true });
  const files = new SampleFiles(folder);
  const database = openDatabase(dataDir === undefined ? ":memory:" : path.join(dataDir, "studio.db"), files);
  const names = database.prepare("SELECT file FROM sample").all([]) as { file: string }[];
  files.sweep(new Set(names.map(({ file }) => file)));
  return {
    database,
    files,
    uploads: new UploadFolder(folder),
    close: () => {
      closeDatabase(database);
      if (dataDir === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
