import { FakeScope } from "../scope/fake-scope.ts";
import type { Snapshot } from "../scope/scope-port.ts";
import { Page } from "./page.svelte.ts";
import { snapshot, windowRecord } from "./test-snapshot.ts";

/** When the clock of a test begins, and that of its session. */
export const BEGAN_MS = Date.UTC(2026, 0, 1);

/** A page before a fake scope that has windows 0 to 100; its clock and its frames go on when a test says so. */
export class TestPage {
  readonly scope = new FakeScope();
  readonly page: Page;
  nowMs = BEGAN_MS;
  /** What wants to be called before the next frame. */
  frames: (() => void)[] = [];

  constructor() {
    const { scope } = this;
    scope.answer("window", ({ index }) => (index < 101 ? windowRecord(index) : undefined));
    scope.answer("step", ({ from, by }) => windowRecord(Math.max(0, Math.min(100, (from?.index ?? 101) + by))));
    this.page = new Page(
      scope.port,
      (callback) => {
        this.frames.push(callback);
        return () => void (this.frames = this.frames.filter((frame) => frame !== callback));
      },
      () => this.nowMs,
    );
  }

  /** Lets the scope tell, and the page hear. */
  async tell(...snapshots: readonly Snapshot[]): Promise<void> {
    for (const one of snapshots) this.scope.push({ type: "snapshot", snapshot: one });
    await this.scope.settle();
  }

  /** The next frame is drawn, so much later. */
  async passTime(ms: number): Promise<void> {
    this.nowMs += ms;
    const due = this.frames;
    this.frames = [];
    for (const frame of due) frame();
    await this.scope.settle();
  }
}

/** A session whose last window ends at 0, which is when the test's clock begins. */
export function session(more: Partial<Snapshot> = {}): Snapshot {
  return snapshot({
    source: { kind: "session" },
    isLive: true,
    wallClockMs: BEGAN_MS,
    endMs: 0,
    newest: windowRecord(100, { startMs: -2_000, endMs: 0 }),
    ...more,
  });
}
