/**
 * The cases of the fault table and what they measure.
 *
 * A case is a vitest test named by its row of the table. Each of its figures becomes a row of docs/RELIABILITY.md, also
 * when it misses its limit, and also when the case breaks before it has measured anything.
 */
import { appendFileSync } from "node:fs";
import { inject, it } from "vitest";

import { isFullRun, type Row } from "./run.ts";

declare module "vitest" {
  // Where the rows of a run are gathered; see write-document.ts.
  interface ProvidedContext {
    readonly faultRows: string;
  }
}

/** The figures of one case. None of these throws; the case fails at its end when one of them missed its limit. */
export class Figures {
  readonly rows: Omit<Row, "id" | "did" | "day">[] = [];

  is(figure: string, measured: number | string | boolean, wanted: number | string | boolean, remark = ""): void {
    this.#add(figure, String(measured), String(wanted), measured === wanted, remark);
  }

  atMost(figure: string, measured: number, limit: number, unit = "", remark = ""): void {
    this.#add(figure, withUnit(measured, unit), `≤ ${withUnit(limit, unit)}`, measured <= limit, remark);
  }

  atLeast(figure: string, measured: number, limit: number, unit = ""): void {
    this.#add(figure, withUnit(measured, unit), `≥ ${withUnit(limit, unit)}`, measured >= limit, "");
  }

  /** Something to know that has no limit. */
  note(figure: string, measured: number | string, unit = "", remark = ""): void {
    this.#add(figure, typeof measured === "number" ? withUnit(measured, unit) : measured, "–", true, remark);
  }

  #add(figure: string, measured: string, limit: string, isOk: boolean, remark: string): void {
    this.rows.push({ figure, measured, limit, isOk, remark });
  }
}

export interface FaultOptions {
  /** Runs in `pnpm test` as well, which leaves a minute for all quick cases together. */
  readonly isQuick?: boolean;
  readonly timeoutMs?: number;
}

/**
 * Registers a case. In the quick selection only a quick one is registered at all.
 *
 * @param id Its row in the table, such as `R1`.
 * @param did What is done, as the document says it.
 */
export function fault(
  id: string,
  did: string,
  { isQuick = false, timeoutMs = 60_000 }: FaultOptions,
  measure: (figures: Figures) => Promise<void>,
): void {
  if (!isFullRun && !isQuick) return;
  // vitest's own limit comes later, so that a case that hangs still leaves its row.
  it(`[${id}] ${did}`, { timeout: timeoutMs + 15_000 }, async () => {
    const figures = new Figures();
    try {
      await within(timeoutMs, measure(figures));
    } catch (error) {
      figures.is("the case runs to its end", firstLine(error), "yes");
      throw error;
    } finally {
      keep(id, did, figures);
    }
    const missed = figures.rows.filter(({ isOk }) => !isOk);
    if (missed.length === 0) return;
    throw new Error(missed.map(({ figure, measured, limit }) => `${figure}: ${measured}, and not ${limit}`).join("\n"));
  });
}

function keep(id: string, did: string, { rows }: Figures): void {
  const day = new Date().toISOString().slice(0, 10);
  const lines = rows.map((row) => `${JSON.stringify({ id, did, ...row, day } satisfies Row)}\n`);
  appendFileSync(inject("faultRows"), lines.join(""));
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${ms / 1000} s`)), ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]?.slice(0, 160) ?? "";
}

function withUnit(value: number, unit: string): string {
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
  return unit === "" ? String(rounded) : `${rounded} ${unit}`;
}
