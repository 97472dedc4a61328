import type { Variant } from "@windowscope/engine";
import type Database from "libsql";

import type { WindowResults } from "./classify.ts";
import { BLOCK, newestTraining, trainedBlocks, type StoredImpulse } from "./impulses.ts";
import type { Sample } from "./samples.ts";

/**
 * Finished classifications, one for each sample, impulse, variant and learn block.
 *
 * Each belongs to one version of the sample and one revision of the impulse, and is found only as long as both are the
 * newest: no result outlives the model, the threshold or the label that it was made with.
 */
export class Results {
  readonly #database: Database.Database;
  readonly #find;
  readonly #samplesWith;
  readonly #put;
  readonly #tested;
  readonly #setTested;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#find = database.prepare(
      `SELECT windows FROM result
       WHERE sample_id = ? AND impulse_id = ? AND variant = ? AND block_id = ? AND version = ? AND revision = ?`,
    );
    this.#samplesWith = database.prepare(
      `SELECT sample_id FROM result JOIN sample ON sample.id = sample_id AND sample.version = result.version
       WHERE impulse_id = ? AND variant = ? AND revision = ? GROUP BY sample_id HAVING count(*) = ?`,
    );
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO result (sample_id, impulse_id, variant, block_id, version, revision, windows)
       SELECT sample.id, impulse.id, ?, ?, sample.version, impulse.revision, ? FROM sample, impulse
       WHERE sample.id = ? AND sample.version = ? AND impulse.id = ? AND impulse.revision = ?`,
    );
    this.#tested = database.prepare("SELECT revision, trained FROM tested WHERE impulse_id = ? AND variant = ?");
    this.#setTested = database.prepare(
      `INSERT OR REPLACE INTO tested (impulse_id, variant, revision, trained)
       SELECT id, ?, ?, ? FROM impulse WHERE id = ?`,
    );
  }

  /**
   * What the blocks say about a sample, if all of them have been asked.
   *
   * @param blockIds The impulse's trained blocks, unless only some of them matter.
   */
  find(
    sample: Sample,
    stored: StoredImpulse,
    variant: Variant,
    blockIds: readonly number[] = trainedBlocks(stored),
  ): WindowResults | undefined {
    let results: WindowResults = {};
    for (const blockId of blockIds) {
      const keys = [sample.id, stored.id, variant, blockId, sample.version, stored.revision];
      const [row] = this.#find.all(keys) as { windows: string }[];
      if (!row) return undefined;
      results = { ...results, ...(JSON.parse(row.windows) as WindowResults) };
    }
    return results;
  }

  /** The ids of all samples about which all trained blocks have been asked. */
  samplesWith(stored: StoredImpulse, variant: Variant): ReadonlySet<number> {
    const keys = [stored.id, variant, stored.revision, trainedBlocks(stored).length];
    const rows = this.#samplesWith.all(keys) as { sample_id: number }[];
    return new Set(rows.map((row) => row.sample_id));
  }

  /** Keeps a result, unless the sample or the impulse has changed since it was begun. */
  put(sample: Sample, stored: StoredImpulse, variant: Variant, { classifier, anomaly, warning }: WindowResults): void {
    const put = (blockId: number, windows: WindowResults) =>
      this.#put.run([
        variant,
        blockId,
        JSON.stringify({ ...windows, ...(warning !== undefined && { warning }) }),
        sample.id,
        sample.version,
        stored.id,
        stored.revision,
      ]);
    this.#database.transaction(() => {
      if (classifier) put(BLOCK.classifier, { classifier });
      if (anomaly) put(BLOCK.anomaly, { anomaly });
    })();
  }

  /** The whole test set has been classified with this revision of an impulse; nothing when that is gone. */
  setTested(stored: StoredImpulse, variant: Variant): void {
    this.#setTested.run([variant, stored.revision, newestTraining(stored), stored.id]);
  }

  /** Whether the whole test set has been classified: with what the impulse is now, or before its thresholds changed. */
  testedState(stored: StoredImpulse, variant: Variant): "tested" | "thresholds-changed" | "not-tested" {
    const [row] = this.#tested.all([stored.id, variant]) as { revision: number; trained: string }[];
    if (!row) return "not-tested";
    if (row.revision === stored.revision) return "tested";
    return row.trained === newestTraining(stored) ? "thresholds-changed" : "not-tested";
  }
}
