import type { Row } from "./rows.ts";

export const COLUMNS = ["bench", "row", "value", "ratio", "goal", "ok"] as const;
/** Figures are read from the right. */
const RIGHT: readonly (typeof COLUMNS)[number][] = ["value", "ratio"];

/** Prettier makes no rule shorter than three dashes. */
const LEAST_WIDTH = 3;

/** A row as texts, one a column. */
export type Cells = readonly string[];

/** The rows as a Markdown table that is also a table to the eye. */
export function toTable(rows: readonly Row[]): string {
  return alignTable(rows.map(toCells));
}

/** The same from texts. */
export function alignTable(body: readonly Cells[]): string {
  const widths = COLUMNS.map((column, c) =>
    Math.max(LEAST_WIDTH, column.length, ...body.map((cells) => cells[c]?.length ?? 0)),
  );
  const rule = COLUMNS.map((column, c) => {
    const dashes = "-".repeat(widths[c] ?? 0);
    return RIGHT.includes(column) ? `${dashes.slice(1)}:` : dashes;
  });
  const pad = (cells: Cells) => COLUMNS.map((column, c) => padCell(cells[c] ?? "", column, widths[c] ?? 0));
  return [pad(COLUMNS), rule, ...body.map(pad)].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** What the table says of a row. */
export function toCells({ bench, row, value, unit, ratio, goal, ok }: Row): Cells {
  return [
    bench,
    row,
    `${toSignificant(value)} ${unit}`,
    ratio === undefined ? "" : `${toSignificant(ratio)}×`,
    goal ?? "",
    goal === null ? "" : ok ? "yes" : "NO",
  ];
}

function padCell(cell: string, column: (typeof COLUMNS)[number], width: number): string {
  return RIGHT.includes(column) ? cell.padStart(width) : cell.padEnd(width);
}

/** Three digits say what was measured; whole numbers stay whole. */
function toSignificant(value: number): string {
  return Number.isInteger(value) || value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
