/** The real server with its page, on a run log that the bench writes to. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { openSqliteRunLog } from "@windowscope/runlog";
import { createLog, readConfig, startServer } from "@windowscope/server";
import { createLocalStudio } from "@windowscope/studio";

import { RecordedRuns } from "./recorded-runs.ts";

export interface PageServer {
  readonly url: string;
  readonly runs: RecordedRuns;
}

/** Starts it with an empty project, and ends it after use. */
export async function withPageServer<T>(use: (server: PageServer) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), "windowscope-bench-"));
  const studio = await createLocalStudio();
  try {
    const runLog = openSqliteRunLog(path.join(folder, "bench.db"));
    const config = readConfig({
      EI_API_KEY: studio.apiKey,
      EI_STUDIO_URL: studio.url,
      WINDOWSCOPE_HOST: "127.0.0.1",
      WINDOWSCOPE_PORT: "0",
      WINDOWSCOPE_CATEGORIES: "none",
      WINDOWSCOPE_DATA_DIR: folder,
    });
    const viewerDir = path.dirname(fileURLToPath(import.meta.resolve("@windowscope/viewer/index.html")));
    // It closes the run log with itself.
    const server = await startServer(config, { viewerDir, runLog, log: createLog("silent") });
    try {
      return await use({ url: server.url, runs: new RecordedRuns(runLog, studio.projectId) });
    } finally {
      await server.close();
    }
  } finally {
    await studio.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
