import type Database from "libsql";

import type { InferenceSummary } from "./inference-summary.ts";

/** A summary and where it comes from. */
export interface StoredSummary extends InferenceSummary {
  readonly deviceId: string;
}

/** Which summaries to read; both ends of the time count, in ms since 1970 by the devices' clocks. */
export interface HistoryFilter {
  readonly startMs: number;
  readonly endMs: number;
  readonly deploymentId?: number | undefined;
  readonly deviceIds?: readonly string[] | undefined;
}

/** A device sends one a minute, so that this is a week. */
const KEEP_PER_DEVICE = 10_000;

/** What models on devices have seen, a summary for each stretch of time. */
export class InferenceHistory {
  readonly #add;
  readonly #select;
  readonly #deleteAll;

  constructor(database: Database.Database) {
    const insert = database.prepare(
      `INSERT INTO inference_summary (project_id, device_id, deployment_id, start_ms, summary) VALUES (?, ?, ?, ?, ?)`,
    );
    const deleteOldest = database.prepare(
      `DELETE FROM inference_summary WHERE id IN (SELECT id FROM inference_summary
         WHERE project_id = ? AND device_id = ? ORDER BY id DESC LIMIT -1 OFFSET ?)`,
    );
    this.#deleteAll = database.prepare("DELETE FROM inference_summary WHERE project_id = ?");
    this.#add = database.transaction(
      (projectId: number, deviceId: string, rows: readonly [number, number, string][]) => {
        for (const row of rows) insert.run([projectId, deviceId, ...row]);
        deleteOldest.run([projectId, deviceId, KEEP_PER_DEVICE]);
      },
    );
    this.#select = database.prepare(
      `SELECT device_id, deployment_id, summary FROM inference_summary
       WHERE project_id = ? AND start_ms BETWEEN ? AND ? ORDER BY start_ms, id`,
    );
  }

  deleteAll(projectId: number): void {
    this.#deleteAll.run([projectId]);
  }

  /** Keeps a device's summaries, and forgets its oldest. */
  add(projectId: number, deviceId: string, deploymentId: number, summaries: readonly InferenceSummary[]): void {
    const rows = summaries.map((summary): [number, number, string] => [
      deploymentId,
      summary.start.timestamp,
      JSON.stringify(summary),
    ]);
    this.#add(projectId, deviceId, rows);
  }

  /** The earliest first. */
  read(projectId: number, { startMs, endMs, deploymentId, deviceIds }: HistoryFilter): StoredSummary[] {
    return (this.#select.all([projectId, startMs, endMs]) as SummaryRow[])
      .filter((row) => deploymentId === undefined || row.deployment_id === deploymentId)
      .filter((row) => deviceIds === undefined || deviceIds.includes(row.device_id))
      .map((row) => ({ deviceId: row.device_id, ...(JSON.parse(row.summary) as InferenceSummary) }));
  }
}

interface SummaryRow {
  readonly device_id: string;
  readonly deployment_id: number;
  readonly summary: string;
}
