/** The server: watches a project, classifies each new sample, and streams the windows to viewers. */
export { RunLogInUseError } from "@windowscope/runlog";
export { ConfigError, readConfig, type ServerConfig } from "./config.ts";
export { startServer, type RunningServer } from "./start.ts";
