import pino, { type DestinationStream } from "pino";

import { createScrubber } from "./scrub.ts";

/** Facts that belong to a line of the log: ids, durations, counts, errors. */
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

export interface LogOptions {
  /** What must never be seen, such as the API key. What looks like a secret is struck out even when it is not listed. */
  readonly secrets?: readonly string[];
  /** Where lines go; to the standard output without it. */
  readonly destination?: DestinationStream | undefined;
}

/** @param level The least important kind of line that is written. */
export function createLog(level: string, { secrets = [], destination }: LogOptions = {}): ServerLog {
  const scrub = createScrubber(secrets);
  const logger = pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // The whole line, after everything has become text: no field, message or stack can slip by.
      hooks: { streamWrite: scrub },
    },
    destination ?? process.stdout,
  );
  return wrap(logger);
}

/** Says nothing; for tests. */
export const SILENT_LOG: ServerLog = createLog("silent");

/** Lines for people instead of programs: the time, the message, and the fields behind it. */
export function readableLines(write: (text: string) => void): DestinationStream {
  return { write: (line) => write(toReadable(line)) };
}

function toReadable(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as { level: string; time: string; msg: string };
  const mark = level === "info" || level === "debug" ? "" : `${level}: `;
  const facts = Object.entries(fields).filter(([, value]) => !isError(value));
  const stacks = Object.values(fields).filter(isError);
  const words = [msg, ...facts.map(([name, value]) => `${name}=${toWord(value)}`)].join(" ");
  return `${time.slice(11, 23)} server ${mark}${harmless(words)}\n${stacks.map(({ stack }) => `${stack}\n`).join("")}`;
}

/** A terminal takes orders in control characters, and what is logged may be a stranger's words. */
function harmless(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function toWord(value: unknown): string {
  return typeof value === "string" && !/[\s"]/.test(value) ? value : JSON.stringify(value);
}

function isError(value: unknown): value is { readonly stack: string } {
  return typeof value === "object" && value !== null && typeof (value as { stack?: unknown }).stack === "string";
}

function wrap(logger: pino.Logger): ServerLog {
  return {
    debug: (message, fields) => logger.debug(toPlain(fields), message),
    info: (message, fields) => logger.info(toPlain(fields), message),
    warn: (message, fields) => logger.warn(toPlain(fields), message),
    error: (message, fields) => logger.error(toPlain(fields), message),
    with: (fields) => wrap(logger.child(toPlain(fields))),
  };
}

/** Errors as their messages and stacks, causes included: as JSON they would be empty. */
function toPlain(fields: LogFields = {}): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Error ? pino.stdSerializers.errWithCause(value) : value,
    ]),
  );
}
