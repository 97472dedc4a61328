import type Database from "libsql";

import type { Category } from "./category.ts";

/** What a category of a project holds. */
export interface DataSummary {
  readonly count: number;
  readonly totalLengthMs: number;
  /** In alphabetical order. */
  readonly labels: readonly string[];
}

/** Samples of a category with one label. */
export interface LabelCount {
  readonly category: Category;
  /** Empty without a label. */
  readonly label: string;
  readonly count: number;
}

/** What the samples of a project add up to. */
export class SampleStatistics {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** What a category holds, for the project's summary. */
  summarise(projectId: number, category: Category): DataSummary {
    const query = this.#database.prepare(
      `SELECT label, count(*) AS count, sum(interval_ms * values_count) AS length FROM sample
       WHERE project_id = ? AND category = ? GROUP BY label ORDER BY label`,
    );
    const rows = query.all([projectId, category]) as { label: string; count: number; length: number }[];
    const labels = new Set([...rows.map(({ label }) => label), ...this.#labelsOfSpans(projectId, category)]);
    labels.delete("");
    return {
      count: rows.reduce((sum, { count }) => sum + count, 0),
      totalLengthMs: rows.reduce((sum, { length }) => sum + length, 0),
      labels: [...labels].sort(),
    };
  }

  /** How much there is of each axis, in ms, by its name. */
  lengthByAxis(projectId: number, category: Category, includesDisabled: boolean): Record<string, number> {
    const query = `SELECT sensor.value ->> 'name' AS name, sum(interval_ms * values_count) AS length
      FROM sample, json_each(sample.sensors) AS sensor
      WHERE project_id = ? AND category = ? AND is_disabled <= ? GROUP BY 1 ORDER BY 1`;
    const rows = this.#database.prepare(query).all([projectId, category, Number(includesDisabled)]);
    return Object.fromEntries((rows as { name: string; length: number }[]).map(({ name, length }) => [name, length]));
  }

  /** How many samples each label has in each category; labels in alphabetical order. */
  countByLabel(projectId: number): LabelCount[] {
    const query = this.#database.prepare(
      "SELECT category, label, count(*) AS count FROM sample WHERE project_id = ? GROUP BY label, category ORDER BY label",
    );
    return query.all([projectId]) as LabelCount[];
  }

  /** The labels of samples with several. */
  #labelsOfSpans(projectId: number, category: Category): string[] {
    const query = `SELECT DISTINCT span.value ->> 'label' AS label
      FROM sample, json_each(sample.structured_labels) AS span
      WHERE project_id = ? AND category = ? AND structured_labels IS NOT NULL`;
    return (this.#database.prepare(query).all([projectId, category]) as { label: string }[]).map(({ label }) => label);
  }
}
