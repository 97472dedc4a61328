import type { Variant } from "@windowscope/engine";
import type Database from "libsql";

import type { WindowResults } from "./classify.ts";

/** Finished classifications, one for each sample, impulse and variant. */
export class Results {
  readonly #find;
  readonly #put;

  constructor(database: Database.Database) {
    this.#find = database.prepare("SELECT blocks FROM result WHERE sample_id = ? AND impulse_id = ? AND variant = ?");
    this.#put = database.prepare(
      "INSERT OR REPLACE INTO result (sample_id, impulse_id, variant, blocks) VALUES (?, ?, ?, ?)",
    );
  }

  find(sampleId: number, impulseId: number, variant: Variant): WindowResults | undefined {
    const [row] = this.#find.all([sampleId, impulseId, variant]) as { blocks: string }[];
    return row && (JSON.parse(row.blocks) as WindowResults);
  }

  put(sampleId: number, impulseId: number, variant: Variant, results: WindowResults): void {
    this.#put.run([sampleId, impulseId, variant, JSON.stringify(results)]);
  }
}
