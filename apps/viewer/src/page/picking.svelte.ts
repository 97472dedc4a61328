import { sayWindow } from "../format.ts";
import type { Snapshot, TimeRange, WindowRecord, WindowRef } from "../scope/scope-port.ts";
import type { Motion } from "./choices.ts";
import type { OpenQuestions } from "./questions.ts";

/** What picking needs of the page. */
interface Shown {
  readonly snapshot: Snapshot | undefined;
  readonly range: TimeRange;
  readonly motion: Motion;
  readonly ask: OpenQuestions["ask"];
  announce(text: string): void;
}

/** What a search from the picked window looks for. */
interface Search {
  readonly kind: "mismatch" | "anomaly";
  readonly direction: 1 | -1;
}

/**
 * The picked window: how it is found, and that it stays what the scope says of it.
 *
 * Picks are done one after another, and each is brought into sight and said.
 */
export class Picking {
  #selected = $state.raw<WindowRecord>();
  #wentAround = $state<"start" | "end">();
  /** A window that the address asks for; it may come later than the page. */
  #wanted: WindowRef | undefined;
  /** So that fast keys do not overtake each other. */
  #last: Promise<void> = Promise.resolve();
  /** Of those that are on their way, only picks with this number still count. */
  #epoch = 0;
  readonly #shown: Shown;
  readonly #reveal: (window: WindowRecord) => void;

  /** @param reveal Keeps a window in sight. */
  constructor(shown: Shown, reveal: (window: WindowRecord) => void) {
    this.#shown = shown;
    this.#reveal = reveal;
  }

  get selected(): WindowRecord | undefined {
    return this.#selected;
  }

  /** Where the search for the picked window went on after it had come to the other end. */
  get wentAround(): "start" | "end" | undefined {
    return this.#wentAround;
  }

  /** What a link has to say. */
  get address(): WindowRef | undefined {
    return this.#selected ?? this.#wanted;
  }

  /** Lets go of the picked window; `wanted` is picked as soon as it is there. */
  begin(wanted: WindowRef | undefined): void {
    this.dropPending();
    this.#selected = undefined;
    this.#wanted = wanted;
    void this.#findWanted();
  }

  /** There are windows that were not there before, or that are judged anew. */
  async renew(): Promise<void> {
    if (this.#hasLeft()) this.#selected = undefined;
    await Promise.all([this.#findWanted(), this.#renewSelected()]);
  }

  /** Drops what is on its way: who asks for something else meanwhile must not get it afterwards. */
  dropPending(): void {
    this.#epoch++;
    this.#wanted = undefined;
  }

  async select(ref: WindowRef | undefined): Promise<void> {
    this.#wanted = undefined;
    if (ref === undefined) {
      this.dropPending();
      this.#selected = undefined;
    } else await this.#pick(() => this.#shown.ask("window", { runId: ref.runId, index: ref.index }));
  }

  async selectAt(ms: number): Promise<void> {
    await this.#pick(() => this.#shown.ask("windowAt", { ms }));
  }

  async step(by: number): Promise<void> {
    await this.#pick(() => this.#shown.ask("step", { from: this.#selectedRef(), by }));
  }

  /** The next one from the picked window; with none picked, the first one in sight, or behind that. */
  async selectNext(kind: "mismatch" | "anomaly", direction: 1 | -1): Promise<void> {
    const search = { kind, direction };
    await this.#pick(() => this.#findNext(search), search);
  }

  async #findWanted(): Promise<void> {
    const wanted = this.#wanted;
    if (!wanted || !this.#shown.snapshot) return;
    const found = await this.#shown.ask("window", wanted).catch(() => undefined);
    if (!found || this.#wanted !== wanted) return;
    this.#wanted = undefined;
    this.#selected = found;
    // A link that says where to look may look elsewhere.
    if (this.#shown.motion === "follow") this.#reveal(found);
  }

  async #renewSelected(): Promise<void> {
    const selected = this.#selected;
    if (!selected) return;
    const found = await this.#shown.ask("window", this.#selectedRef() ?? selected).catch(() => undefined);
    if (found && this.#selected === selected) this.#selected = found;
  }

  /** A session that began anew has other classes, and another clock: they say nothing of a window of the one before. */
  #hasLeft(): boolean {
    const { placed = [], isLoading } = this.#shown.snapshot ?? {};
    // While the feed is read anew, a part of the runs is missing.
    if (isLoading === true || placed.length === 0) return false;
    return !placed.some(({ run }) => run.runId === this.#selected?.runId);
  }

  /** @param search Where there may be none, or one from the other end on. */
  async #pick(find: () => Promise<WindowRecord | undefined>, search?: Search): Promise<void> {
    const epoch = this.#epoch;
    const isDropped = () => epoch !== this.#epoch;
    const picked = this.#last.then(async () => {
      if (isDropped()) return;
      const before = this.#selected;
      this.#wentAround = undefined;
      try {
        const found = await find();
        if (isDropped()) return;
        if (found) this.#take(found, search && wayAround(before, found, search));
        else if (search)
          this.#shown.announce(search.kind === "mismatch" ? "There is no mismatch." : "There is no anomaly.");
      } catch (error) {
        if (!isDropped()) this.#shown.announce(error instanceof Error ? error.message : String(error));
      }
    });
    this.#last = picked;
    await picked;
  }

  #take(found: WindowRecord, wentAround: "start" | "end" | undefined): void {
    this.#wanted = undefined;
    this.#selected = found;
    this.#wentAround = wentAround;
    this.#reveal(found);
    const words = sayWindow(found, this.#shown.snapshot?.result?.classes ?? []);
    this.#shown.announce(wentAround ? `from the ${wentAround} again, ${words}` : words);
  }

  async #findNext({ kind, direction }: Search): Promise<WindowRecord | undefined> {
    const picked = this.#selectedRef();
    if (picked) return this.#shown.ask("next", { from: picked, kind, direction });
    const { startMs, endMs } = this.#shown.range;
    const edge = await this.#shown.ask("windowAt", { ms: direction === 1 ? startMs : endMs });
    if (!edge) return undefined;
    const isWanted = kind === "mismatch" ? edge.isMismatch : edge.verdict === "anomaly";
    if (isWanted && (direction === 1 ? edge.endMs > startMs : edge.startMs < endMs)) return edge;
    return this.#shown.ask("next", { from: { runId: edge.runId, index: edge.index }, kind, direction });
  }

  #selectedRef(): WindowRef | undefined {
    return this.#selected && { runId: this.#selected.runId, index: this.#selected.index };
  }
}

/** Where a search began again, if what it has found is not on its way from the window before. */
function wayAround(
  before: WindowRecord | undefined,
  found: WindowRecord,
  { direction }: Search,
): "start" | "end" | undefined {
  if (!before || (found.ordinal - before.ordinal) * direction > 0) return undefined;
  return direction === 1 ? "start" : "end";
}
