import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** The repository's root. */
export const ROOT = path.resolve(import.meta.dirname, "../../..");

const FOLDERS = [".", ".changeset", ".github", "docs", "docs/adr", "examples", "packages/*", "apps/*", "examples/*"];

/** Every Markdown file that people read, relative to the root; none that tools write for themselves. */
export function listDocuments(): readonly string[] {
  const folders = FOLDERS.flatMap((folder) => (folder.endsWith("/*") ? foldersIn(path.dirname(folder)) : [folder]));
  return folders.flatMap((folder) =>
    entriesOf(folder)
      .filter((entry) => entry.isFile() && entry.name.endsWith(".md") && entry.name !== "CHANGELOG.md")
      .map((entry) => path.join(folder, entry.name)),
  );
}

export function readDocument(file: string): string {
  return readFileSync(path.join(ROOT, file), "utf8");
}

function foldersIn(folder: string): readonly string[] {
  return entriesOf(folder)
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(folder, entry.name));
}

function entriesOf(folder: string) {
  try {
    return readdirSync(path.join(ROOT, folder), { withFileTypes: true });
  } catch (error) {
    // Not every clone has every folder.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
