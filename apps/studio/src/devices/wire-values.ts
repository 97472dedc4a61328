/** Reads values that came over a wire, where anything can be anything. */

/** A message cannot be understood. The text says what it should have been. */
export class DeviceMessageError extends Error {
  override readonly name = "DeviceMessageError";
}

/** An object of a message, nothing of which has been checked. */
export type Fields = Readonly<Record<string, unknown>>;

const LONGEST_TEXT = 200;

export function requireFields(value: unknown, name: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new DeviceMessageError(`${name} has to be an object.`);
}

export function requireText(value: unknown, name: string): string {
  if (typeof value === "string" && value !== "" && value.length <= LONGEST_TEXT) return value;
  throw new DeviceMessageError(`${name} has to be a text of 1 to ${LONGEST_TEXT} characters.`);
}

export function requireNumber(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new DeviceMessageError(`${name} has to be a number.`);
}

export function requireWholeNumber(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new DeviceMessageError(`${name} has to be a whole number of 0 or more.`);
}

/** @param most How many entries the list may have. */
export function requireList(value: unknown, name: string, most: number): readonly unknown[] {
  if (Array.isArray(value) && value.length <= most) return value;
  throw new DeviceMessageError(`${name} has to be a list of at most ${most} entries.`);
}
