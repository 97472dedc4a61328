import path from "node:path";
import { fileURLToPath } from "node:url";

import { createLog, readableLines, readConfig, secretsOf, startServer } from "@windowscope/server";
// Not of the package's main entry: a server that was killed is to be back before a local Studio would have been loaded.
import { createDataDir } from "@windowscope/studio/settings";

import { reportReady, untilToldToEnd } from "./child.ts";

/** Runs a server until the process is told to end. @throws As `readConfig`, `createDataDir` and `startServer`. */
export async function serve(): Promise<void> {
  const config = readConfig(process.env);
  createDataDir(process.env);
  const viewerDir = path.dirname(fileURLToPath(import.meta.resolve("#viewer/index.html")));
  // People read a terminal and what `start` prints; programs read the rest.
  const isForPeople = process.stdout.isTTY || process.send !== undefined;
  const log = createLog(config.logLevel, {
    secrets: secretsOf(config),
    destination: isForPeople ? readableLines((text) => process.stdout.write(text)) : process.stdout,
  });
  // What Node would print itself nobody scrubs.
  process.on("uncaughtException", (error) => {
    log.error("The server ends by a mistake of its own", { error });
    process.exit(1);
  });
  const server = await startServer(config, { viewerDir, log });
  log.info(`listening on ${server.url}`);
  reportReady(server.url);
  await untilToldToEnd(async () => {
    log.info("stopping");
    await server.close();
    log.info("stopped");
  });
}
