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

/** What tools and programs write, whatever it is in. */
const WRITTEN = new Set([".git", ".turbo", ".windowscope", "coverage", "dist", "node_modules"]);

/** Every file of the repository that somebody wrote, relative to the root; also where there is no git. */
export function listSources(folder = ""): readonly string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (WRITTEN.has(entry.name)) return [];
    if (entry.isDirectory()) return listSources(file);
    return /\.(tgz|tsbuildinfo)$/.test(entry.name) ? [] : [file];
  });
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
