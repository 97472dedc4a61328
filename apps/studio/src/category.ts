/** A part of the data set. */
export type Category = (typeof CATEGORIES)[number];

export const CATEGORIES = ["training", "testing", "validation", "post-processing"] as const;

export function isCategory(text: unknown): text is Category {
  return CATEGORIES.some((category) => category === text);
}
