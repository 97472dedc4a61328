/** How much a browser has to load to classify one sample. */
import path from "node:path";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

import type { Figure } from "../rows.ts";

const MOST_BYTES = 6 * 1024;

/** Bundles the programs in `programs/`, minifies and gzips them; the packages' builds are bundled, as users have them. */
export async function measureBundles(log: (line: string) => void): Promise<Figure[]> {
  log("bundling");
  const [ours, withSocket, official] = await Promise.all([
    measureBytes("ours.ts"),
    measureBytes("ours-with-socket.ts"),
    measureBytes("official.ts"),
  ]);
  const unit = "B";
  const row = "bundle, min + gzip, classifies one sample";
  return [
    { row, value: ours, unit, peerValue: official, goal: { mostValue: MOST_BYTES } },
    { row: `${row}, with the job socket`, value: withSocket, unit, peerValue: official },
    { row: `${row}, edge-impulse-api`, value: official, unit },
  ];
}

async function measureBytes(program: string): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, "programs", program)],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    logLevel: "error",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild made nothing of ${program}.`);
  return gzipSync(file.contents, { level: 9 }).length;
}
