/** Writes openapi/windowscope.yaml from the routes. `--check` writes nothing and fails when the file is stale. */
import { readFile, writeFile } from "node:fs/promises";

import { stringify } from "yaml";

import { apiRoutes, type ApiParts } from "./routes.ts";

const [file, mode] = process.argv.slice(2);
if (file === undefined) throw new Error("Usage: write-document FILE [--check]");

// The routes are only described, never called, so nothing stands behind them.
const document = apiRoutes({ uploads: {} } as ApiParts).getOpenAPI31Document({
  openapi: "3.1.0",
  info: {
    title: "Windowscope server",
    version: "1.0.0",
    description: "Runs of an Edge Impulse project's samples. Live windows come over the WebSocket at /live instead.",
    license: { name: "MIT" },
  },
  servers: [{ url: "http://127.0.0.1:4700/api/v1" }],
});
const header = "# Generated from the routes of apps/server. Do not edit; run: pnpm generate\n";
const text = header + stringify(document, { lineWidth: 120 });
const isFresh = (await readFile(file, "utf8").catch(() => "")) === text;
if (isFresh) process.stdout.write(`unchanged ${file}\n`);
else if (mode === "--check") {
  process.stderr.write(`stale     ${file}\nRun: pnpm generate\n`);
  process.exitCode = 1;
} else {
  await writeFile(file, text);
  process.stdout.write(`written   ${file}\n`);
}
