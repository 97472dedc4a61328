import { BlockList, isIP } from "node:net";
import path from "node:path";

/** What the server is told by its environment. */
export interface ServerConfig {
  readonly apiKey: string;
  readonly studioUrl: string;
  /** Where recordings are sent to; absent when Studio is another one than Edge Impulse's, and nobody has said where. */
  readonly ingestionUrl?: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly runLog: "sqlite" | "memory" | RedisRunLog;
  /** Categories whose new samples are classified. */
  readonly categories: readonly string[];
  /** What people sign in with; absent only while the server listens on this machine alone. */
  readonly accessToken?: string | undefined;
  /** Names that the server answers to, beside its own addresses; lower case, with or without a port. */
  readonly allowedHosts: readonly string[];
  /** Whose pages may use the server, beside its own; such as `https://scope.example`. */
  readonly allowedOrigins: readonly string[];
  /** Whose pages may show this one in a frame, such as `https://board.example`; nobody's when it is empty. */
  readonly frameAncestors: readonly string[];
  /** Proxies whose word on the client's address and protocol is taken: addresses, or networks such as `10.0.0.0/8`. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: LogLevel;
  /** Runs older than this are forgotten; 0 keeps them for ever. */
  readonly retentionDays: number;
  /** When the run log has more megabytes than this, the oldest runs are forgotten; 0 sets no limit. */
  readonly retentionMb: number;
}

/** The run log is in Redis. */
export interface RedisRunLog {
  /** May hold a password: not for people's eyes. */
  readonly redisUrl: string;
}

const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A setting is wrong. The message names the variable and says what it may be. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Every variable that the server reads, with what holds when it is unset or empty. */
export const SETTINGS = {
  EI_API_KEY: "",
  EI_STUDIO_URL: "https://studio.edgeimpulse.com",
  EI_INGESTION_URL: "https://ingestion.edgeimpulse.com",
  WINDOWSCOPE_HOST: "127.0.0.1",
  WINDOWSCOPE_PORT: "4700",
  WINDOWSCOPE_DATA_DIR: ".windowscope",
  WINDOWSCOPE_RUNLOG: "sqlite",
  WINDOWSCOPE_CATEGORIES: "testing",
  WINDOWSCOPE_ACCESS_TOKEN: "",
  WINDOWSCOPE_ALLOWED_HOSTS: "",
  WINDOWSCOPE_ALLOWED_ORIGINS: "",
  WINDOWSCOPE_FRAME_ANCESTORS: "",
  WINDOWSCOPE_TRUSTED_PROXIES: "",
  WINDOWSCOPE_LOG_LEVEL: "info",
  WINDOWSCOPE_RETENTION_DAYS: "30",
  WINDOWSCOPE_RETENTION_MB: "10000",
} as const;

type Name = keyof typeof SETTINGS;

/** Studio's categories of samples. */
const CATEGORIES = ["training", "testing", "validation", "post-processing"];
const LOOPBACK = ["127.0.0.1", "localhost", "::1"];
const SHORTEST_TOKEN = 16;

/**
 * Reads the settings from environment variables.
 *
 * @throws {ConfigError} for the first one that is missing or wrong.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ServerConfig {
  const get = (name: Name) => env[name] || SETTINGS[name];
  const host = readHost(get("WINDOWSCOPE_HOST"));
  return {
    apiKey: readApiKey(get("EI_API_KEY")),
    studioUrl: readAddress("EI_STUDIO_URL", get("EI_STUDIO_URL")),
    ingestionUrl: readIngestionUrl(env.EI_INGESTION_URL, get("EI_STUDIO_URL")),
    host,
    port: readPort(get("WINDOWSCOPE_PORT")),
    dataDir: path.resolve(get("WINDOWSCOPE_DATA_DIR")),
    runLog: readRunLog(get("WINDOWSCOPE_RUNLOG")),
    categories: readCategories(get("WINDOWSCOPE_CATEGORIES")),
    accessToken: readAccessToken(get("WINDOWSCOPE_ACCESS_TOKEN"), host),
    allowedHosts: readList(get("WINDOWSCOPE_ALLOWED_HOSTS")).map(readAllowedHost),
    allowedOrigins: readOrigins("WINDOWSCOPE_ALLOWED_ORIGINS", get("WINDOWSCOPE_ALLOWED_ORIGINS")),
    frameAncestors: readOrigins("WINDOWSCOPE_FRAME_ANCESTORS", get("WINDOWSCOPE_FRAME_ANCESTORS")),
    trustedProxies: readList(get("WINDOWSCOPE_TRUSTED_PROXIES")).map(readTrustedProxy),
    logLevel: readLogLevel(get("WINDOWSCOPE_LOG_LEVEL")),
    retentionDays: readAmount("WINDOWSCOPE_RETENTION_DAYS", get("WINDOWSCOPE_RETENTION_DAYS"), "days"),
    retentionMb: readAmount("WINDOWSCOPE_RETENTION_MB", get("WINDOWSCOPE_RETENTION_MB"), "megabytes"),
  };
}

/** Whether a server on this host can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host);
}

/** Everything in a configuration that must never be seen, for the log to strike out. */
export function secretsOf({ apiKey, accessToken, runLog }: ServerConfig): string[] {
  const secrets = [apiKey, accessToken];
  if (typeof runLog === "object") {
    const { password } = new URL(runLog.redisUrl);
    secrets.push(runLog.redisUrl, password, decodeURIComponent(password));
  }
  return secrets.filter((secret) => secret !== undefined && secret !== "") as string[];
}

function readApiKey(value: string): string {
  if (!value) throw new ConfigError("EI_API_KEY is not set. Set it to the API key of your project (ei_...).");
  // The value itself stays out of the message: it may well be a key with a slip in it.
  if (!value.startsWith("ei_")) throw new ConfigError("EI_API_KEY has to begin with ei_.");
  // It goes into a header, and whatever refuses that there repeats it.
  if (/^ei_[\x21-\x7e]+$/.test(value)) return value;
  throw new ConfigError("EI_API_KEY has to have visible ASCII characters behind ei_, and no spaces.");
}

function readAddress(name: Name, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  // The address is shown on the page, and fetch takes none with a password.
  if (url && (url.username || url.password)) {
    throw new ConfigError(`${name} has to be an address without a name and a password in front of the host.`);
  }
  if (url && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "") return value;
  throw new ConfigError(`${name} has to be an http or https address without ? and #, and is "${value}".`);
}

function readIngestionUrl(value: string | undefined, studioUrl: string): string | undefined {
  if (value) return readAddress("EI_INGESTION_URL", value);
  // The recordings and the key of a local Studio are not for the cloud.
  const isCloud = new URL(studioUrl).host === new URL(SETTINGS.EI_STUDIO_URL).host;
  return isCloud ? SETTINGS.EI_INGESTION_URL : undefined;
}

function readHost(value: string): string {
  const isName = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(value);
  if (isIP(value) !== 0 || isName) return value;
  throw new ConfigError(
    `WINDOWSCOPE_HOST has to be an address or a name of this machine, such as 127.0.0.1 or 0.0.0.0, and is "${value}".`,
  );
}

function readPort(value: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new ConfigError(`WINDOWSCOPE_PORT has to be a port from 0 to 65535, and is "${value}".`);
}

function readRunLog(value: string): ServerConfig["runLog"] {
  if (value === "sqlite" || value === "memory") return value;
  if (/^rediss?:\/\//.test(value) && isRedisUrl(value)) return { redisUrl: value };
  // What was meant as a Redis address may hold a password, so it is not repeated.
  throw new ConfigError(
    "WINDOWSCOPE_RUNLOG has to be sqlite, memory, or the address of a Redis such as redis://host:6379/0 " +
      "(rediss:// for TLS); special characters in the password are written as %XX.",
  );
}

function isRedisUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { hostname, pathname, username, password } = new URL(value);
  return hostname !== "" && /^(\/\d*)?$/.test(pathname) && [username, password].every(isDecodable);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function readCategories(value: string): readonly string[] {
  if (value === "none") return [];
  const categories = value.split(",").map((category) => category.trim());
  if (categories.every((category) => CATEGORIES.includes(category))) return [...new Set(categories)];
  throw new ConfigError(
    `WINDOWSCOPE_CATEGORIES has to be none or some of ${CATEGORIES.join(", ")} with commas, and is "${value}".`,
  );
}

function readAccessToken(value: string, host: string): string | undefined {
  if (value === "" && isLoopback(host)) return undefined;
  if (value === "") {
    throw new ConfigError(
      `WINDOWSCOPE_ACCESS_TOKEN is not set, and WINDOWSCOPE_HOST is "${host}": beyond this machine the server needs to ` +
        `tell viewers from strangers. Set it to ${SHORTEST_TOKEN} characters or more, for example from: openssl rand -hex 16`,
    );
  }
  // It goes into a header, where only these characters arrive as they are.
  if (value.length >= SHORTEST_TOKEN && value.length <= 200 && /^[\x21-\x7e]+$/.test(value)) return value;
  throw new ConfigError(
    `WINDOWSCOPE_ACCESS_TOKEN has to have ${SHORTEST_TOKEN} to 200 visible ASCII characters without spaces; this one has ` +
      `${value.length}.`,
  );
}

function readList(value: string): string[] {
  return [...new Set(value.split(",").map((item) => item.trim()))].filter((item) => item !== "");
}

function readAllowedHost(value: string): string {
  const lower = value.toLowerCase();
  if (/^([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/.test(lower) && URL.canParse(`http://${lower}`)) return lower;
  throw new ConfigError(
    `WINDOWSCOPE_ALLOWED_HOSTS has to list names with commas, such as scope.example or scope.example:8443, and has ` +
      `"${value}".`,
  );
}

function readOrigins(name: Name, list: string): string[] {
  return readList(list).map((value) => {
    if (/^https?:\/\//i.test(value) && URL.canParse(value)) {
      const { origin, href } = new URL(value);
      // A host is one name: a `*` or `;` would mean something in a header.
      if (href === `${origin}/` && /^https?:\/\/[a-z0-9.:[\]-]+$/.test(origin)) return origin;
    }
    throw new ConfigError(
      `${name} has to list origins with commas, such as https://scope.example, without a path, and has "${value}".`,
    );
  });
}

function readTrustedProxy(value: string): string {
  try {
    addToBlockList(new BlockList(), value);
    return value;
  } catch {
    throw new ConfigError(
      `WINDOWSCOPE_TRUSTED_PROXIES has to list addresses or networks with commas, such as 127.0.0.1 or 10.0.0.0/8, and ` +
        `has "${value}".`,
    );
  }
}

/** @throws {TypeError | RangeError} when it is no address and no network. */
export function addToBlockList(list: BlockList, addressOrNetwork: string): void {
  const [address = "", prefix] = addressOrNetwork.split(/\/(.*)/s, 2);
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  if (prefix === undefined) list.addAddress(address, family);
  else if (/^\d{1,3}$/.test(prefix)) list.addSubnet(address, Number(prefix), family);
  else throw new RangeError(`${prefix} is no length of a prefix.`);
}

function readLogLevel(value: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === value);
  if (level) return level;
  throw new ConfigError(`WINDOWSCOPE_LOG_LEVEL has to be one of ${LOG_LEVELS.join(", ")}, and is "${value}".`);
}

function readAmount(name: Name, value: string, unit: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new ConfigError(`${name} has to be a whole number of ${unit}, or 0 for no limit, and is "${value}".`);
}
