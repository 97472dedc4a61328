import { operationTable } from "@windowscope/sdk/api-types";

import { NORMAL, type Asked, type Behaviour, type HttpRule, type SocketBehaviour } from "./behaviour.ts";

/** The behaviour that is asked for is none. The message names the field, for people. */
export class BehaviourError extends Error {
  override readonly name = "BehaviourError";
}

/** Reads a value that came as JSON; `at` is its place, for the error. */
type Read<T> = (value: unknown, at: string) => T;

const LONGEST_MS = 60 * 60 * 1000;
const MOST_RULES = 100;
const ASKED = new Set<string>([...Object.keys(operationTable), "ingestion"]);

const milliseconds = wholeNumber(0, LONGEST_MS);

const readSocket: Read<SocketBehaviour> = fields<SocketBehaviour>({
  dropAfterMs: milliseconds,
  dropAtLine: wholeNumber(1, 1_000_000),
  isSilent: readBoolean,
  tokenLifetimeMs: milliseconds,
  refusesTokens: readBoolean,
});

const readRuleFields: Read<HttpRule> = fields<HttpRule>({
  operations: list(readAsked, ASKED.size),
  times: wholeNumber(1, 1_000_000),
  share: readShare,
  delayMs: milliseconds,
  cutsConnection: readBoolean,
  status: wholeNumber(400, 599),
  answersHtml: readBoolean,
  retryAfterSeconds: wholeNumber(0, 3_600),
});

const readFields = fields<Behaviour>({
  answers: oneOf("newest", "oldest"),
  classify: readClassify,
  jobs: oneOf("normal", "stuck", "fail"),
  jobDelayMs: milliseconds,
  resultDelayMs: milliseconds,
  lateTestSet: oneOf("refused", "empty"),
  socket: readSocket,
  http: list(readRule, MOST_RULES),
});

/**
 * A behaviour from JSON; what is not said is normal.
 *
 * @throws {BehaviourError}
 */
export function parseBehaviour(value: unknown): Behaviour {
  return { ...NORMAL, ...readFields(value, "") };
}

function readRule(value: unknown, at: string): HttpRule {
  const rule = readRuleFields(value, at);
  const { times, share, delayMs, cutsConnection = false, status, answersHtml, retryAfterSeconds } = rule;
  const refuse = (what: string) => new BehaviourError(`"${at}" ${what}.`);
  if (times !== undefined && share !== undefined) throw refuse("has to have times or share, not both");
  if (cutsConnection && status !== undefined) throw refuse("has to have cutsConnection or a status, not both");
  if (!cutsConnection && status === undefined && delayMs === undefined) {
    throw refuse("has to have a status, a delayMs or cutsConnection");
  }
  if (status === undefined && (answersHtml !== undefined || retryAfterSeconds !== undefined)) {
    throw refuse("has to have a status for answersHtml and retryAfterSeconds");
  }
  return rule;
}

function readClassify(value: unknown, at: string): Behaviour["classify"] {
  if (value === "job" || value === "at-once") return value;
  if (!isRecord(value)) throw wrong(at, '"job", "at-once" or an object with atOnceUpToBytes', value);
  const { atOnceUpToBytes } = fields<{ atOnceUpToBytes: number }>({
    atOnceUpToBytes: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  })(value, at);
  if (atOnceUpToBytes === undefined) throw wrong(`${at}.atOnceUpToBytes`, "there", undefined);
  return { atOnceUpToBytes };
}

function readAsked(value: unknown, at: string): Asked {
  if (typeof value === "string" && ASKED.has(value)) return value as Asked;
  throw wrong(at, "the operationId of an operation of the API, or ingestion", value);
}

function readShare(value: unknown, at: string): number {
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  throw wrong(at, "a number from 0 to 1", value);
}

function readBoolean(value: unknown, at: string): boolean {
  if (typeof value === "boolean") return value;
  throw wrong(at, "true or false", value);
}

function wholeNumber(least: number, most: number): Read<number> {
  return (value, at) => {
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
    throw wrong(at, `a whole number from ${least} to ${most}`, value);
  };
}

function oneOf<T extends string>(...allowed: readonly T[]): Read<T> {
  return (value, at) => {
    const found = allowed.find((each) => each === value);
    if (found !== undefined) return found;
    throw wrong(at, allowed.map((each) => `"${each}"`).join(" or "), value);
  };
}

function list<T>(read: Read<T>, most: number): Read<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value) || value.length > most) throw wrong(at, `a list of at most ${most}`, value);
    return value.map((each, i) => read(each, `${at}.${i}`));
  };
}

/** An object with some of these fields and no others. */
function fields<T>(known: { readonly [K in keyof T]-?: Read<NonNullable<T[K]>> }): Read<Partial<T>> {
  const readers = new Map(Object.entries<Read<unknown>>(known));
  return (value, at) => {
    if (!isRecord(value)) throw wrong(at, "an object", value);
    const read = Object.entries(value).map(([name, field]) => {
      const place = at === "" ? name : `${at}.${name}`;
      const reader = readers.get(name);
      if (!reader) throw new BehaviourError(`There is no "${place}"; there are ${[...readers.keys()].join(", ")}.`);
      return [name, reader(field, place)];
    });
    return Object.fromEntries(read) as Partial<T>;
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(at: string, what: string, value: unknown): BehaviourError {
  const place = at === "" ? "The behaviour" : `"${at}"`;
  const is = value === undefined ? "missing" : JSON.stringify(value).slice(0, 100);
  return new BehaviourError(`${place} has to be ${what}, and is ${is}.`);
}
