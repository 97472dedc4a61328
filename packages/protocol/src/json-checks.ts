/** Reading JSON that somebody else wrote: each function returns what it was asked for, or throws. */

/** A text is not the message that it should be. `message` says what is wrong with it. */
export class BadMessageError extends Error {
  override readonly name = "BadMessageError";
}

export type JsonObject = Readonly<Record<string, unknown>>;

const LONGEST_TEXT = 200;

export function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new BadMessageError("A message has to be JSON.", { cause });
  }
  return asObject(value, "A message");
}

/** @param name What the value is, for the error. */
export function asObject(value: unknown, name: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BadMessageError(`${name} has to be a JSON object.`);
  }
  return value as JsonObject;
}

/** @param longest Characters it may have. */
export function readText(object: JsonObject, key: string, longest = LONGEST_TEXT): string {
  const value = object[key];
  if (typeof value !== "string" || value === "") throw new BadMessageError(`"${key}" has to be a text.`);
  if (value.length > longest) throw new BadMessageError(`"${key}" is too long.`);
  return value;
}

export function readCount(object: JsonObject, key: string, most = Number.MAX_SAFE_INTEGER): number {
  const value = object[key];
  if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) > most) {
    throw new BadMessageError(`"${key}" has to be a whole number, 0 or more.`);
  }
  return value as number;
}

export function readOneOf<Value extends string>(object: JsonObject, key: string, values: readonly Value[]): Value {
  const value = values.find((candidate) => candidate === object[key]);
  if (value === undefined) throw new BadMessageError(`"${key}" has to be one of ${values.join(", ")}.`);
  return value;
}

export function readList(object: JsonObject, key: string): readonly unknown[] {
  const value = object[key];
  if (!Array.isArray(value)) throw new BadMessageError(`"${key}" has to be a list.`);
  return value;
}
