import { randomUUID } from "node:crypto";

import {
  AppendConflictError,
  NoSuchLogError,
  resetReason,
  type Append,
  type LogReset,
  type LogSlice,
  type LogState,
  type ReadPosition,
  type RunLog,
} from "./run-log.ts";
import { Watchers } from "./watchers.ts";

interface StoredLog {
  readonly name: string;
  readonly number: number;
  epoch: string;
  entries: Uint8Array[];
  isSealed: boolean;
  meta: string | undefined;
}

/** Logs in this process's memory: gone with it. For tests, and for those who need no history. */
export function createMemoryRunLog(): RunLog {
  const logs = new Map<string, StoredLog>();
  const watchers = new Watchers();
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
        epoch: randomUUID(),
        entries: [],
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
      for (const { log, at } of appends) {
        const { entries, isSealed } = find(log);
        if (isSealed || entries.length !== at) throw new AppendConflictError(log, at, entries.length, isSealed);
      }
      for (const append of appends) apply(find(append.log), append);
      for (const { log } of appends) watchers.notify(log);
    },

    async read(log, position) {
      return read(find(log), position);
    },

    async restart(log) {
      const stored = find(log);
      Object.assign(stored, { epoch: randomUUID(), entries: [], isSealed: false });
      watchers.notify(log);
      return stateOf(stored);
    },

    async delete(log) {
      logs.delete(log);
      watchers.notify(log);
    },

    watch: (log, onChange) => watchers.add(log, onChange),

    async close() {
      logs.clear();
    },
  };
}

function apply(stored: StoredLog, { entries, meta, seal }: Append): void {
  stored.entries.push(...entries.map((entry) => entry.slice()));
  stored.meta = meta ?? stored.meta;
  stored.isSealed = seal ?? false;
}

function read(stored: StoredLog, position: ReadPosition): LogSlice | LogReset {
  const why = resetReason(stateOf(stored), position);
  if (why) return { type: "reset", why, state: stateOf(stored) };

  const taken: Uint8Array[] = [];
  let bytes = 0;
  for (const entry of stored.entries.slice(position.from)) {
    if (taken.length > 0 && bytes + entry.length > position.maxBytes) break;
    taken.push(entry);
    bytes += entry.length;
  }
  const next = position.from + taken.length;
  return {
    type: "slice",
    bytes: new Uint8Array(Buffer.concat(taken)),
    next,
    isAtEnd: next === stored.entries.length,
    isSealed: stored.isSealed,
  };
}

function stateOf({ name, number, epoch, entries, isSealed, meta }: StoredLog): LogState {
  return { log: name, number, epoch, first: 0, next: entries.length, isSealed, meta };
}
