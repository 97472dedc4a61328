/** The server: watches a project, classifies each new sample, and streams the windows to viewers. */
export { RedisNotSafeError, RunLogInUseError, RunLogUnavailableError } from "@windowscope/runlog";
export { ConfigError, readConfig, secretsOf, SETTINGS, type ServerConfig } from "./config.ts";
export { createLog, readableLines, type ServerLog } from "./log.ts";
export { createScrubber } from "./scrub.ts";
export { startServer, type RunningServer } from "./start.ts";
