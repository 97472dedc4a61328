import { randomUUID } from "node:crypto";

import {
  checkDistinct,
  checkEnd,
  NoSuchLogError,
  resetReason,
  type Append,
  type LogReset,
  type LogSlice,
  type LogState,
  type ReadPosition,
  type RunLog,
} from "./run-log.ts";
import { Leases } from "./leases.ts";
import { Watchers } from "./watchers.ts";

interface StoredLog {
  readonly name: string;
  readonly number: number;
  epoch: string;
  readonly createdAtMs: number;
  /** Number of the first entry that is kept. */
  first: number;
  entries: Uint8Array[];
  bytes: number;
  isSealed: boolean;
  meta: string | undefined;
}

/** Logs in this process's memory: gone with it. For tests, and for those who need no history. */
export function createMemoryRunLog(): RunLog {
  const logs = new Map<string, StoredLog>();
  const watchers = new Watchers();
  const leases = new Leases();
  let logsEver = 0;

  function find(log: string): StoredLog {
    const stored = logs.get(log);
    if (!stored) throw new NoSuchLogError(log);
    return stored;
  }

  return {
    async open(log) {
      const stored = logs.get(log) ?? {
        name: log,
        number: ++logsEver,
        createdAtMs: Date.now(),
        epoch: randomUUID(),
        first: 0,
        entries: [],
        bytes: 0,
        isSealed: false,
        meta: undefined,
      };
      logs.set(log, stored);
      return stateOf(stored);
    },

    async stat(log) {
      const stored = logs.get(log);
      return stored && stateOf(stored);
    },

    async list({ prefix, before = Infinity, isSealed, limit }) {
      return [...logs.values()]
        .filter(({ name, number }) => name.startsWith(prefix) && number < before)
        .filter((stored) => isSealed === undefined || stored.isSealed === isSealed)
        .sort((a, b) => b.number - a.number)
        .slice(0, limit)
        .map(stateOf);
    },

    async append(appends) {
      checkDistinct(appends);
      for (const append of appends) {
        const state = stateOf(find(append.log));
        leases.check(append.log, append.fence);
        checkEnd(append, state);
      }
      for (const append of appends) apply(find(append.log), append);
      for (const { log } of appends) watchers.notify(log);
    },

    async read(log, position) {
      return read(find(log), position);
    },

    async trim(log, first) {
      const stored = find(log);
      const dropped = stored.entries.splice(0, Math.max(0, first - stored.first));
      stored.first += dropped.length;
      stored.bytes -= sizeOf(dropped);
    },

    async lease(log, lease) {
      find(log);
      return leases.take(log, lease);
    },

    async release(log, holder) {
      leases.giveBack(log, holder);
    },

    async restart(log, fence) {
      const stored = find(log);
      leases.check(log, fence);
      Object.assign(stored, { epoch: randomUUID(), first: 0, entries: [], bytes: 0, isSealed: false });
      watchers.notify(log);
      return stateOf(stored);
    },

    async delete(log) {
      logs.delete(log);
      leases.forget(log);
      watchers.notify(log);
    },

    watch: (log, onChange) => watchers.add(log, onChange),

    async close() {
      logs.clear();
    },
  };
}

function apply(stored: StoredLog, { entries, meta, seal }: Append): void {
  for (const entry of entries) stored.entries.push(new Uint8Array(entry));
  stored.bytes += sizeOf(entries);
  stored.meta = meta ?? stored.meta;
  stored.isSealed = seal ?? false;
}

function read(stored: StoredLog, position: ReadPosition): LogSlice | LogReset {
  const why = resetReason(stateOf(stored), position);
  if (why) return { type: "reset", why, state: stateOf(stored) };

  const start = position.from - stored.first;
  let end = start;
  let length = 0;
  for (; end < stored.entries.length; end++) {
    const entry = stored.entries[end] as Uint8Array;
    if (end > start && length + entry.length > position.maxBytes) break;
    length += entry.length;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (let i = start; i < end; i++) {
    const entry = stored.entries[i] as Uint8Array;
    bytes.set(entry, at);
    at += entry.length;
  }
  return {
    type: "slice",
    bytes,
    next: stored.first + end,
    isAtEnd: end === stored.entries.length,
    isSealed: stored.isSealed,
  };
}

function stateOf({ name, entries, ...stored }: StoredLog): LogState {
  const { number, epoch, first, bytes, createdAtMs, isSealed, meta } = stored;
  return { log: name, number, epoch, first, next: first + entries.length, bytes, createdAtMs, isSealed, meta };
}

function sizeOf(entries: readonly Uint8Array[]): number {
  return entries.reduce((sum, { length }) => sum + length, 0);
}
