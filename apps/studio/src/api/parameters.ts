import { CATEGORIES, isCategory, type Category } from "../category.ts";
import { RefusedError } from "./handlers.ts";

const DEFAULT_PAGE = 20;
const LARGEST_PAGE = 1_000;

/** A part of the data set. */
export function parseCategory(category: unknown): Category {
  if (isCategory(category)) return category;
  throw new RefusedError(`The category has to be ${CATEGORIES.join(", ")}, and is ${JSON.stringify(category)}.`);
}

/** A part of the data set, or the whole. */
export function parseFilterCategory(category: string): Category | "all" {
  if (isCategory(category) || category === "all") return category;
  throw new RefusedError(`"category" has to be ${CATEGORIES.join(", ")} or all, and is "${category}".`);
}

/** A list of texts: a JSON array in one query value. */
export function parseTexts(name: string, text: string): readonly string[] {
  try {
    const texts: unknown = JSON.parse(text);
    if (Array.isArray(texts) && texts.every((each) => typeof each === "string")) return texts;
  } catch {
    // Said below.
  }
  throw new RefusedError(`"${name}" has to be a JSON array of texts.`);
}

/** Which part of a list is asked for. */
export function parsePage({ limit = DEFAULT_PAGE, offset = 0 }: { limit?: number; offset?: number }) {
  return { limit: Math.min(LARGEST_PAGE, Math.max(0, limit)), offset: Math.max(0, offset) };
}

/** ISO 8601, in UTC and with ms, so that it can be compared as text. */
export function parseDate(name: string, text: string): string {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new RefusedError(`"${name}" has to be a date, and is "${text}".`);
  return date.toISOString();
}

/** A text of a body, which nobody has checked before. */
export function textOf(body: unknown, name: string): string {
  const value = (body as Record<string, unknown> | undefined)?.[name];
  if (typeof value === "string" && value !== "") return value;
  throw new RefusedError(`"${name}" has to be a text, and is ${JSON.stringify(value) ?? "missing"}.`);
}

/** A number above 0 of a body, which nobody has checked before. */
export function positiveNumberOf(body: unknown, name: string): number {
  const value = (body as Record<string, unknown> | undefined)?.[name];
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
  throw new RefusedError(`"${name}" has to be a number above 0, and is ${JSON.stringify(value) ?? "missing"}.`);
}
