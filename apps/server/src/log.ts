import pino, { type DestinationStream } from "pino";

/** Facts that belong to a line of the log: ids, durations, counts. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What the server tells its operator: one JSON object a line, without secrets. */
export interface ServerLog {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log whose lines all carry these fields, such as the id of a request. */
  with(fields: LogFields): ServerLog;
}

/** @param level The least important kind of line that is written. */
export function createLog(level: string, destination?: DestinationStream): ServerLog {
  return wrap(pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, destination));
}

/** Says nothing; for tests. */
export const SILENT_LOG: ServerLog = createLog("silent");

function wrap(logger: pino.Logger): ServerLog {
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
    with: (fields) => wrap(logger.child(fields)),
  };
}
