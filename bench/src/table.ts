import type { Row } from "./rows.ts";

const COLUMNS = ["bench", "row", "value", "ratio", "goal", "ok"] as const;
/** Figures are read from the right. */
const RIGHT: readonly (typeof COLUMNS)[number][] = ["value", "ratio"];

/** The rows as a Markdown table that is also a table to the eye. */
export function toTable(rows: readonly Row[]): string {
  const cells = [COLUMNS, ...rows.map(toCells)];
  const widths = COLUMNS.map((_, c) => Math.max(...cells.map((row) => row[c]?.length ?? 0)));
  const rule = COLUMNS.map((column, c) => {
    const dashes = "-".repeat(widths[c] ?? 0);
    return RIGHT.includes(column) ? `${dashes.slice(1)}:` : dashes;
  });
  const [head, ...body] = cells.map((row) => row.map((cell, c) => pad(cell, COLUMNS[c], widths[c] ?? 0)));
  return [head ?? [], rule, ...body].map((row) => `| ${row.join(" | ")} |\n`).join("");
}

function toCells({ bench, row, value, unit, ratio, goal, ok }: Row): string[] {
  return [
    bench,
    row,
    `${toSignificant(value)} ${unit}`,
    ratio === undefined ? "" : `${toSignificant(ratio)}×`,
    goal ?? "",
    goal === null ? "" : ok ? "yes" : "NO",
  ];
}

function pad(cell: string, column: (typeof COLUMNS)[number] | undefined, width: number): string {
  return column && RIGHT.includes(column) ? cell.padStart(width) : cell.padEnd(width);
}

/** Three digits say what was measured; whole numbers stay whole. */
function toSignificant(value: number): string {
  return Number.isInteger(value) || value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
