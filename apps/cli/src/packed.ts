/** For end-to-end tests: our packages, packed and installed as strangers get them, away from this repository. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const QUICKLY = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
const run = promisify(execFile);

/** Packs every package that is published, as `windowscope-sdk.tgz` and the like, and the program as `windowscope.tgz`. */
export async function packAll(folder: string): Promise<void> {
  const pnpm = ["exec", "--yes", "--package=pnpm@10.34.9", "--", "pnpm"];
  const packages = ["--filter=./packages/*", "--filter=windowscope"];
  await run("npm", [...pnpm, ...packages, "pack", "--out", path.join(folder, "%s.tgz")], { cwd: ROOT });
}

/** Installs a packed program for everybody. @param prefix An empty folder; the programs are in its `bin` then. */
export async function installProgram(tarball: string, prefix: string): Promise<void> {
  await run("npm", ["install", "--global", "--prefix", prefix, ...QUICKLY, tarball]);
}

/** Installs what the `package.json` of a folder wants. */
export async function install(folder: string): Promise<void> {
  await run("npm", ["install", ...QUICKLY], { cwd: folder });
}
