import type { RedisRunLogOptions } from "./redis.ts";
import type { RunLog } from "./run-log.ts";

/**
 * Opens the logs in a Redis.
 *
 * @param url `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS.
 * @throws {RedisNotSafeError} when it could lose what it acknowledges.
 * @throws {RunLogUnavailableError} when there is no connection within `giveUpAfterMs`, or it does not let us in.
 * @throws {TypeError} when the URL is not one of Redis.
 */
export async function openRedisRunLog(url: string, options?: RedisRunLogOptions): Promise<RunLog> {
  // The client of Redis takes as long to load as the rest of a server on SQLite needs to be back after a crash.
  const redis = await import("./redis.ts");
  return redis.openRedisRunLog(url, options);
}
