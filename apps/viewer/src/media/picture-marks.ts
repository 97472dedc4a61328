import type { Box, WindowDetails } from "@windowscope/protocol";

/** Something to draw over a picture, in its own pixels. */
export interface Mark {
  readonly label: string;
  /** Of what was found; absent for what was expected. */
  readonly score?: number | undefined;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** A place rather than an extent: drawn as a circle. */
  readonly isPoint: boolean;
}

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** FOMO looks at squares of this many pixels, and its boxes are made of them. */
const CELL_PX = 8;
/** More than anybody can tell apart. */
const MOST_MARKS = 500;

/** What was found in a picture. Studio gives boxes in pixels or in shares of the picture. */
export function foundMarks({ boxes = [], debugInfo }: Partial<WindowDetails>, size: PictureSize): readonly Mark[] {
  const inPixels = toPixels(boxes.slice(0, MOST_MARKS), size);
  const isPoint = debugInfo !== undefined || (inPixels.length > 0 && inPixels.every(isOfCells));
  return inPixels.map((box) => ({ ...box, isPoint }));
}

/** What people have drawn around an object, in pixels of the picture. */
export type DrawnBox = Pick<Mark, "label" | "x" | "y" | "width" | "height">;

/**
 * What should have been found: what people have drawn, else what Studio's notes on FOMO tell of it.
 *
 * @param debugInfo Studio's JSON; what cannot be read of it is left out, since its form is written down nowhere.
 */
export function expectedMarks(
  drawn: readonly DrawnBox[],
  debugInfo: string | undefined,
  classes: readonly string[],
  size: PictureSize,
): readonly Mark[] {
  if (drawn.length > 0) return drawn.slice(0, MOST_MARKS).map((box) => ({ ...box, isPoint: false }));
  const objects = parseExpected(debugInfo).slice(0, MOST_MARKS);
  const boxes = objects.flatMap((object): Box[] => {
    const { x, y } = object;
    if (typeof x !== "number" || typeof y !== "number") return [];
    const width = typeof object.width === "number" ? object.width : 0;
    const height = typeof object.height === "number" ? object.height : 0;
    return [{ label: labelOf(object.label, classes), score: 1, x, y, width, height }];
  });
  return toPixels(boxes, size).map(({ label, x, y, width, height }) => ({
    label,
    x,
    y,
    width,
    height,
    isPoint: width === 0 || height === 0,
  }));
}

/**
 * What was not found: boxes without the middle of anything in them that was found under the same name. Each thing found
 * counts for one box, and for the one that leaves the fewest without any.
 */
export function missedMarks(expected: readonly Mark[], found: readonly Mark[]): readonly Mark[] {
  const boxes = expected.filter(({ isPoint }) => !isPoint);
  const fitting = boxes.map((box) =>
    [...found.keys()].filter((f) => found[f]?.label === box.label && isInside(found[f], box)),
  );
  /** Which box has it, of each thing found. */
  const owners = new Map<number, number>();
  // Kuhn's algorithm: a box takes what is free, or what another one can do without.
  const isServed = (box: number, tried: Set<number>): boolean => {
    const marks = fitting[box] ?? [];
    const free = marks.find((mark) => !owners.has(mark));
    const taken =
      free ?? marks.find((mark) => !tried.has(mark) && isServed(owners.get(mark) as number, tried.add(mark)));
    if (taken !== undefined) owners.set(taken, box);
    return taken !== undefined;
  };
  return boxes.filter((_, box) => !isServed(box, new Set()));
}

/** Circle of a mark that is a point: as large as its box, but never too small to be seen. */
export function circleOf({ x, y, width, height }: Mark, size: PictureSize): { cx: number; cy: number; r: number } {
  const least = Math.max(size.width, size.height) / 40;
  return { cx: x + width / 2, cy: y + height / 2, r: Math.max(least, Math.min(width, height) / 2) };
}

function isInside(mark: Mark, box: Mark): boolean {
  const [x, y] = [mark.x + mark.width / 2 - box.x, mark.y + mark.height / 2 - box.y];
  return x >= 0 && x <= box.width && y >= 0 && y <= box.height;
}

function toPixels(boxes: readonly Box[], { width, height }: PictureSize): readonly Box[] {
  const areShares = boxes.length > 0 && boxes.every((box) => box.x + box.width <= 1.001 && box.y + box.height <= 1.001);
  if (!areShares) return boxes;
  return boxes.map((box) => ({
    ...box,
    x: box.x * width,
    y: box.y * height,
    width: box.width * width,
    height: box.height * height,
  }));
}

function isOfCells({ x, y, width, height }: Box): boolean {
  return [x, y, width, height].every((px) => Math.abs(px / CELL_PX - Math.round(px / CELL_PX)) < 0.01);
}

type ExpectedObject = Partial<Record<"x" | "y" | "width" | "height" | "label", unknown>>;

function parseExpected(debugInfo: string | undefined): readonly ExpectedObject[] {
  try {
    const value: unknown = JSON.parse(debugInfo ?? "{}");
    const found = typeof value === "object" && value !== null && "y_trues" in value ? value.y_trues : [];
    if (!Array.isArray(found)) return [];
    return found.filter((one): one is ExpectedObject => typeof one === "object" && one !== null);
  } catch {
    return [];
  }
}

/** A name, or the number of a class; 0 is the background. */
function labelOf(label: unknown, classes: readonly string[]): string {
  if (typeof label === "number") return classes[label - 1] ?? String(label);
  return typeof label === "string" ? label : "";
}
