/**
 * Lines of tables that somebody opens in a spreadsheet.
 *
 * Names of samples and classes may come from anybody: one that begins like a formula gets an apostrophe before it.
 */

/** A line as RFC 4180 has it; `undefined` is an empty field. */
export function csvLine(values: readonly (string | number | undefined)[]): string {
  return `${values.map(csvField).join(",")}\r\n`;
}

/** A line whose fields are parted by tabs. Nothing can be quoted in it: white space in a text becomes a space. */
export function tabLine(values: readonly (string | number)[]): string {
  return `${values.map(tabField).join("\t")}\n`;
}

function csvField(value: string | number | undefined): string {
  const text = withoutFormula(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function tabField(value: string | number): string {
  if (typeof value === "number") return String(value);
  const text = value.replace(/\s+/g, " ").trim();
  // A spreadsheet takes the quotation marks away, and looks at what is in them.
  return text.startsWith('"') ? `'${text}` : withoutFormula(text);
}

/** As the downloads of the server have it, in its api/windows.ts. */
function withoutFormula(value: string | number): string {
  // Numbers written as text are none.
  const isFormula = typeof value === "string" && /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value));
  return isFormula ? `'${value}` : String(value);
}
