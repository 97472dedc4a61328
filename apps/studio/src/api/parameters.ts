import { CATEGORIES, isCategory, type Category } from "../category.ts";
import { RefusedError } from "./handlers.ts";

const DEFAULT_PAGE = 20;
const LARGEST_PAGE = 1_000;

/** A part of the data set. */
export function parseCategory(category: string): Category {
  if (isCategory(category)) return category;
  throw new RefusedError(`"category" has to be ${CATEGORIES.join(", ")}, and is "${category}".`);
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
