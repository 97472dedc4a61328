/** For tests: processes that share a run log, and what can happen to them. */
import type { RunLog } from "@windowscope/runlog";
import type { Studio } from "@windowscope/sdk";

import { fakeablePause } from "../fakes.ts";
import { RunJournal } from "./journal.ts";
import type { StoreStatus } from "./refusals.ts";
import { Runs } from "./runs.ts";

/** What stands between a process and the log: called around each call of a method. */
export interface Wire {
  /** Before the log hears of the call; may throw, or never resolve. */
  readonly before?: (method: keyof RunLog, args: readonly unknown[]) => Promise<void> | void;
  /** When the log has done it, and before the process knows. */
  readonly after?: (method: keyof RunLog) => Promise<void> | void;
  /** When the log has refused it. */
  readonly refused?: (method: keyof RunLog, error: unknown) => void;
}

/** A run log behind a wire. Watching is not disturbed: what it tells are hints. */
export function throughWire(runLog: RunLog, { before, after, refused }: Wire): RunLog {
  return new Proxy(runLog, {
    get(target, name: keyof RunLog) {
      if (name === "watch") return (...args: Parameters<RunLog["watch"]>) => target.watch(...args);
      return async (...args: unknown[]) => {
        await before?.(name, args);
        const log = target as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
        const answer = await log[name]?.(...args).catch((error: unknown) => {
          refused?.(name, error);
          throw error;
        });
        await after?.(name);
        return answer;
      };
    },
  });
}

export type Replica = Awaited<ReturnType<typeof startReplica>>;

/** A process that shares `runLog` with others. */
export async function startReplica(runLog: RunLog, studio: Studio, wire: Wire = {}) {
  let isDead = false;
  let frozen: Promise<void> | undefined;
  let thaw: (() => void) | undefined;

  async function live(): Promise<void> {
    await frozen;
    if (isDead) await new Promise(() => undefined);
  }
  const own = throughWire(runLog, {
    ...wire,
    before: async (method, args) => {
      await live();
      await wire.before?.(method, args);
      await live();
    },
    after: async (method) => {
      await wire.after?.(method);
      await live();
    },
  });
  const pause = async (ms: number, signal: AbortSignal) => {
    await fakeablePause(ms, signal);
    await live();
  };
  const storeStates: string[] = [];
  const onStatus = ({ state, message }: StoreStatus) => storeStates.push(`${state}: ${message}`);
  const journal = await RunJournal.open(own, { pause, onStatus });
  const runs = new Runs({ studio, journal, hintsFor: () => ({ watch: () => () => undefined }) });

  return {
    runLog: own,
    journal,
    runs,
    /** What it has said of the log, beside what is in it. */
    storeStates,
    /** As SIGKILL: nothing of it goes on, and it gives nothing back. */
    kill() {
      isDead = true;
    },
    /** As SIGSTOP, until `thaw`. */
    freeze() {
      frozen = new Promise((resolve) => (thaw = resolve));
    },
    thaw() {
      frozen = undefined;
      thaw?.();
    },
    async close() {
      if (!isDead) await runs.close();
    },
  };
}

/** Repeats for a seed (the "mulberry32" generator). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
