/**
 * Recordings as tables: a header, then a reading per row.
 *
 * The first column is `timestamp`, in ms, with an even step. Without it there may be one row only, a single reading.
 */
import Papa from "papaparse";

import { MOST_AXES, MOST_VALUES, RecordingError, UNSIGNED, UPLOADER_DEVICE_TYPE, type Recording } from "./recording.ts";

/**
 * A step may differ from the average by half of it: boards' clocks are uneven, and a missing row doubles the step.
 * It may always differ by 1 ms, since timestamps are often rounded to that.
 */
const STEP_TOLERANCE = 0.5;
const ROUNDING_MS = 1;

/** A single reading has no interval; this stands for it. */
const SINGLE_READING_INTERVAL_MS = 1;

/**
 * A table is parsed in batches of whole rows: memory stays small, and so does the time that rows without an end or with
 * thousands of stray quotes can cost. No row may be longer.
 */
const BATCH_CHARACTERS = 1 << 17;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Reads a table, separated by commas, semicolons or tabs.
 *
 * @throws {RecordingError} naming the first thing that is wrong.
 */
export function parseCsv(bytes: Buffer): Recording {
  let header: Header | undefined;
  let delimiter: string | undefined;
  const numbers = new Numbers();
  for (const batch of batchesOf(bytes.toString("utf8").replace(/^\uFEFF/, ""))) {
    const { data, errors, meta } = Papa.parse<string[]>(batch, {
      ...(delimiter !== undefined && { delimiter }),
      delimitersToGuess: [",", ";", "\t"],
      skipEmptyLines: "greedy",
    });
    const problem = errors.find(({ type }) => type === "Quotes");
    if (problem) throw broken(`row ${numbers.rows + (problem.row ?? 0)}: ${problem.message}`);
    if (data.length > 0) delimiter = meta.delimiter;
    for (const row of data) {
      const cells = row.map((cell) => cell.trim());
      if (header) numbers.addRow(cells, header);
      else header = readHeader(cells);
    }
  }
  if (!header) throw broken("it is empty");
  const { hasTimestamp, columns } = header;
  if (numbers.rows === 0) throw broken("it has a header and no reading");
  const { timestamps, values } = hasTimestamp
    ? separateTimestamps(numbers.values(), columns.length)
    : { timestamps: undefined, values: numbers.values().slice() };
  const axes = hasTimestamp ? columns.slice(1) : columns;
  return {
    deviceName: undefined,
    deviceType: UPLOADER_DEVICE_TYPE,
    intervalMs: timestamps && timestamps.length > 1 ? inferInterval(timestamps) : SINGLE_READING_INTERVAL_MS,
    sensors: axes.map((name) => ({ name, units: "N/A" })),
    values,
    signature: UNSIGNED,
  };
}

function* batchesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const most = start + BATCH_CHARACTERS;
    const end = most >= text.length ? text.length : text.lastIndexOf("\n", most) + 1;
    if (end <= start) throw broken(`it has a row of more than ${BATCH_CHARACTERS} characters`);
    yield text.slice(start, end);
    start = end;
  }
}

interface Header {
  readonly hasTimestamp: boolean;
  /** All of them, with the timestamp. */
  readonly columns: readonly string[];
}

function readHeader(columns: readonly string[]): Header {
  const unnamed = columns.indexOf("");
  if (unnamed !== -1) throw broken(`column ${unnamed + 1} has no name in the header`);
  if (columns.every((name) => NUMBER.test(name))) {
    throw broken("its first row has to be a header with the names of the columns");
  }
  const hasTimestamp = columns[0]?.toLowerCase() === "timestamp";
  const axisCount = hasTimestamp ? columns.length - 1 : columns.length;
  if (axisCount < 1) throw broken("there is no column beside the timestamp");
  if (axisCount > MOST_AXES) throw broken(`it has ${axisCount} axes; a recording may have ${MOST_AXES}`);
  return { hasTimestamp, columns };
}

/** Numbers whose count is not known before the last of them. */
class Numbers {
  #values = new Float64Array(1024);
  #length = 0;
  rows = 0;

  addRow(cells: readonly string[], { hasTimestamp, columns }: Header): void {
    this.rows++;
    if (this.rows > 1 && !hasTimestamp) {
      throw broken('it has several readings, so its first column has to be "timestamp", in milliseconds');
    }
    if (cells.length !== columns.length) {
      throw broken(`row ${this.rows} has ${cells.length} values, and the header ${columns.length}`);
    }
    if (this.#length + cells.length > MOST_VALUES) throw broken(`it has more than ${MOST_VALUES} values`);
    cells.forEach((cell, c) => {
      const number = NUMBER.test(cell) ? Number(cell) : NaN;
      if (!Number.isFinite(number)) {
        throw broken(`row ${this.rows}, column "${columns[c]}": "${cell.slice(0, 50)}" is not a number`);
      }
      this.#push(number);
    });
  }

  values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }

  #push(number: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = number;
  }
}

function separateTimestamps(table: Float64Array, columnCount: number) {
  const rows = table.length / columnCount;
  const axes = columnCount - 1;
  const timestamps = new Float64Array(rows);
  const values = new Float64Array(rows * axes);
  for (let r = 0; r < rows; r++) {
    const start = r * columnCount;
    timestamps[r] = table[start] as number;
    values.set(table.subarray(start + 1, start + columnCount), r * axes);
  }
  return { timestamps, values };
}

/** The average step, in ms. */
function inferInterval(timestamps: Float64Array): number {
  const first = timestamps[0] as number;
  const last = timestamps.at(-1) as number;
  const average = (last - first) / (timestamps.length - 1);
  if (!(average > 0 && Number.isFinite(average))) throw broken("its timestamps have to increase");
  const tolerance = Math.max(ROUNDING_MS, average * STEP_TOLERANCE);
  for (let i = 1; i < timestamps.length; i++) {
    const step = (timestamps[i] as number) - (timestamps[i - 1] as number);
    if (step >= 0 && Math.abs(step - average) <= tolerance) continue;
    throw broken(
      `its timestamps have to be evenly spaced, and the step to row ${i + 1} is ${step} ms where the average is ${average} ms`,
    );
  }
  return average;
}

function broken(reason: string): RecordingError {
  return new RecordingError(`Could not parse this CSV file: ${reason}`);
}
