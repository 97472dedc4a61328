import path from "node:path";

/** What the server is told by its environment. */
export interface ServerConfig {
  readonly apiKey: string;
  readonly studioUrl: string;
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly runLog: "sqlite" | "memory";
  /** Categories whose new samples are classified. */
  readonly categories: readonly string[];
}

/** A setting is wrong. The message names the variable and says what it may be. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Studio's categories of samples. */
const CATEGORIES = ["training", "testing", "validation", "post-processing"];
const LOOPBACK = ["127.0.0.1", "localhost", "::1"];

/**
 * Reads the settings from environment variables.
 *
 * @throws {ConfigError} for the first one that is missing or wrong.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ServerConfig {
  return {
    apiKey: readApiKey(env.EI_API_KEY),
    studioUrl: readUrl(env.EI_STUDIO_URL || "https://studio.edgeimpulse.com"),
    host: readHost(env.WINDOWSCOPE_HOST || "127.0.0.1"),
    port: readPort(env.WINDOWSCOPE_PORT || "4700"),
    dataDir: path.resolve(env.WINDOWSCOPE_DATA_DIR || ".windowscope"),
    runLog: readRunLog(env.WINDOWSCOPE_RUNLOG || "sqlite"),
    categories: readCategories(env.WINDOWSCOPE_CATEGORIES || "testing"),
  };
}

function readApiKey(value: string | undefined): string {
  if (!value) throw new ConfigError("EI_API_KEY is not set. Set it to the API key of your project (ei_...).");
  // The value itself stays out of the message: it may well be a key with a slip in it.
  if (!value.startsWith("ei_")) throw new ConfigError("EI_API_KEY has to begin with ei_.");
  return value;
}

function readUrl(value: string): string {
  const isUrl = URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
  if (!isUrl) throw new ConfigError(`EI_STUDIO_URL has to be an http or https address, and is "${value}".`);
  return value;
}

function readHost(value: string): string {
  if (LOOPBACK.includes(value)) return value;
  throw new ConfigError(
    `WINDOWSCOPE_HOST is "${value}", but this version listens on this machine alone (127.0.0.1, localhost, ::1): ` +
      "it has no way yet to tell viewers from strangers. Put an SSH tunnel in front of it.",
  );
}

function readPort(value: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new ConfigError(`WINDOWSCOPE_PORT has to be a port from 0 to 65535, and is "${value}".`);
}

function readRunLog(value: string): "sqlite" | "memory" {
  if (value === "sqlite" || value === "memory") return value;
  throw new ConfigError(`WINDOWSCOPE_RUNLOG has to be sqlite or memory, and is "${value}".`);
}

function readCategories(value: string): readonly string[] {
  if (value === "none") return [];
  const categories = value.split(",").map((category) => category.trim());
  if (categories.every((category) => CATEGORIES.includes(category))) return [...new Set(categories)];
  throw new ConfigError(
    `WINDOWSCOPE_CATEGORIES has to be none or some of ${CATEGORIES.join(", ")} with commas, and is "${value}".`,
  );
}
