/**
 * Append-only logs of opaque entries that readers join anywhere: in memory, in a SQLite file, or in Redis.
 *
 * Three stores, one contract: {@link RunLog}. Knows nothing of runs or sockets. Node only.
 *
 * @module
 */
export { createMemoryRunLog } from "./memory.ts";
export { openRedisRunLog } from "./open-redis.ts";
export type { RedisRunLogOptions } from "./redis.ts";
export { RedisNotSafeError } from "./redis-safety.ts";
export { enforceRetention, type Retention, type RetentionReport } from "./retention.ts";
export {
  AppendConflictError,
  FencedError,
  NoSuchLogError,
  RunLogUnavailableError,
  RunLogWriteError,
  type Append,
  type LeaseRequest,
  type LogPage,
  type LogReset,
  type LogSlice,
  type LogState,
  type ReadPosition,
  type RunLog,
} from "./run-log.ts";
export { openSqliteRunLog, RunLogInUseError } from "./sqlite.ts";
