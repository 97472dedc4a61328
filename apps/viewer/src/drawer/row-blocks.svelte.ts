import type { WindowRecord } from "../scope/scope-port.ts";

/** Rows of one answer. */
const BLOCK_ROWS = 64;
/** So many blocks are kept: those that were answered last. */
const MOST_BLOCKS = 128;
/** Questions on their way at once. More would queue up while somebody drags the scroll bar. */
const MOST_QUESTIONS = 4;

interface Block {
  readonly rows: readonly WindowRecord[];
  /** Of which version of the source. */
  readonly version: number;
}

/**
 * The rows of the table around those in sight, as the scope has answered.
 *
 * An old row stays until its newer answer has come, so that nothing blinks while windows arrive.
 */
export class RowBlocks {
  readonly #ask: (from: number, to: number) => Promise<readonly WindowRecord[]>;
  /** The block answered last is the last of them. Whoever reads them reads `#revision` too. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- thousands of rows, read through `#revision`
  readonly #blocks = new Map<number, Block>();
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nobody reads it but the blocks themselves
  readonly #asking = new Set<number>();
  #revision = $state(0);
  #failure = $state<string>();
  #wanted = { from: 0, to: 0 };
  #version = 0;
  /** Counts how often everything was forgotten: an answer from before means nothing. */
  #generation = 0;

  constructor(ask: (from: number, to: number) => Promise<readonly WindowRecord[]>) {
    this.#ask = ask;
  }

  /** Why rows cannot be had. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Row by its number; `undefined` when it is not here, or not yet. */
  row(number: number): WindowRecord | undefined {
    void this.#revision;
    return this.#blocks.get(Math.floor(number / BLOCK_ROWS))?.rows[number % BLOCK_ROWS];
  }

  /** Asks for rows that are in sight, unless they are here: `to` not included. Earlier wishes are dropped. */
  want(from: number, to: number): void {
    this.#wanted = { from, to };
    this.#askMissing();
  }

  /** What is here is old: windows were added, judged anew, or sifted by another filter. */
  refresh(): void {
    this.#version++;
    this.#askMissing();
  }

  /** What is here is wrong: something else is on the screen. */
  forget(): void {
    this.#generation++;
    this.#blocks.clear();
    this.#asking.clear();
    this.#failure = undefined;
    this.#revision++;
  }

  #askMissing(): void {
    const { from, to } = this.#wanted;
    for (let index = Math.floor(from / BLOCK_ROWS); index * BLOCK_ROWS < to; index++) {
      if (this.#asking.size >= MOST_QUESTIONS) return;
      if (this.#asking.has(index) || this.#blocks.get(index)?.version === this.#version) continue;
      void this.#askFor(index);
    }
  }

  async #askFor(index: number): Promise<void> {
    const [version, generation] = [this.#version, this.#generation];
    this.#asking.add(index);
    try {
      const rows = await this.#ask(index * BLOCK_ROWS, (index + 1) * BLOCK_ROWS);
      if (generation !== this.#generation) return;
      this.#keep(index, { rows, version });
      this.#failure = undefined;
    } catch (error) {
      if (generation !== this.#generation) return;
      this.#failure = error instanceof Error ? error.message : String(error);
      // Asked again only when something has changed, or a refusal would be asked for without end.
      this.#keep(index, { rows: this.#blocks.get(index)?.rows ?? [], version });
    }
    this.#asking.delete(index);
    this.#askMissing();
  }

  #keep(index: number, block: Block): void {
    this.#blocks.delete(index);
    this.#blocks.set(index, block);
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size > MOST_BLOCKS && oldest !== undefined) this.#blocks.delete(oldest);
    this.#revision++;
  }
}
