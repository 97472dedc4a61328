/**
 * Logs in Redis (7 or later) or Valkey, for any number of processes.
 *
 * Every operation is one Lua program, so that it happens as a whole. A change whose answer got lost is asked for again
 * under the same id, and happens once. What survives depends on Redis: see the table in README.md.
 *
 * Keys, behind the prefix:
 * - `log:<log>` hash: number, epoch, first, next, sealed, bytes, written (bytes ever since the epoch began), created (ms),
 *   meta, fence, holder, until (ms)
 * - `entries:<log>` stream: entry n has the id `<n+1>-0`; `d` is the entry, `o` the bytes written before it
 * - `logs`, `open`, `sealed` sorted sets: the names of all logs, those to be written, those finished; by number
 * - `numbers`, `fences`: the newest number and fence
 * - `done:<id>`: an append that has happened, for a minute
 * - `changed:<log>` channel: told after each change
 */
import { randomUUID } from "node:crypto";

import { ErrorReply } from "@redis/client";

import {
  AppendConflictError,
  checkDistinct,
  FencedError,
  NoSuchLogError,
  resetReason,
  RunLogWriteError,
  type Append,
  type LogPage,
  type LogReset,
  type LogSlice,
  type LogState,
  type ReadPosition,
  type RunLog,
} from "./run-log.ts";
import { RedisConnection, type Reply } from "./redis-connection.ts";
import { findRisks, RedisNotSafeError } from "./redis-safety.ts";
import * as scripts from "./redis-scripts.ts";
import { RedisWatch } from "./redis-watch.ts";

/** How to use a Redis. */
export interface RedisRunLogOptions {
  /** What all keys begin with. Run logs of different prefixes know nothing of each other. */
  readonly prefix?: string;
  /**
   * Milliseconds after which an operation gives up, at most 30,000: so long may Redis be away without anybody noticing
   * more than a pause.
   */
  readonly giveUpAfterMs?: number;
}

const GIVE_UP_AFTER_MS = 15_000;

/** An id is remembered for longer than its append is tried. */
const LONGEST_GIVE_UP_MS = scripts.REMEMBER_DONE_MS / 2;

/** Of one program, so that Redis does not keep others waiting. */
const LISTED_AT_ONCE = 1_000;

/** As the package's `openRedisRunLog`. */
export async function openRedisRunLog(
  url: string,
  { prefix = "windowscope:", giveUpAfterMs = GIVE_UP_AFTER_MS }: RedisRunLogOptions = {},
): Promise<RunLog> {
  const connection = await RedisConnection.open(url, Math.min(giveUpAfterMs, LONGEST_GIVE_UP_MS));
  try {
    const risks = findRisks(String(await connection.send(["INFO"])));
    if (risks.length > 0) throw new RedisNotSafeError(connection.address, risks);
    return new RedisRunLog(connection, await connection.duplicate(), prefix);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

class RedisRunLog implements RunLog {
  readonly #connection: RedisConnection;
  readonly #prefix: string;
  readonly #watch: RedisWatch;

  constructor(connection: RedisConnection, subscriber: ConstructorParameters<typeof RedisWatch>[0], prefix: string) {
    this.#connection = connection;
    this.#prefix = prefix;
    this.#watch = new RedisWatch(subscriber, this.#channels, async (log) => {
      const state = await this.stat(log);
      return state ? `${state.number} ${state.epoch} ${state.first} ${state.next} ${state.isSealed}` : "gone";
    });
  }

  async open(log: string): Promise<LogState> {
    const keys = [this.#log(log), this.#key("numbers"), this.#key("logs"), this.#key("open")];
    return need(log, toState(log, await this.#run(scripts.OPEN, keys, [log, randomUUID()])));
  }

  async stat(log: string): Promise<LogState | undefined> {
    return toState(log, await this.#run(scripts.STAT, [this.#log(log)], []));
  }

  async list({ prefix, before, isSealed, limit }: LogPage): Promise<LogState[]> {
    const key = this.#key(isSealed === undefined ? "logs" : isSealed ? "sealed" : "open");
    const states: LogState[] = [];
    let highest = before === undefined ? "+inf" : `(${before}`;
    while (states.length < limit) {
      const most = String(Math.min(limit - states.length, LISTED_AT_ONCE));
      const args = [highest, prefix, this.#key("log:"), most, String(LISTED_AT_ONCE)];
      const [last, ...found] = (await this.#run(scripts.LIST, [key], args)) as Reply[];
      for (let i = 0; i < found.length; i += 2) {
        const state = toState(String(found[i]), found[i + 1] as Reply);
        if (state) states.push(state);
      }
      if (last === null) break;
      highest = `(${String(last)}`;
    }
    return states;
  }

  async append(appends: readonly Append[]): Promise<void> {
    checkDistinct(appends);
    const keys = [this.#key(`done:${randomUUID()}`), this.#key("open"), this.#key("sealed")];
    const args: (string | Buffer)[] = [String(scripts.REMEMBER_DONE_MS), this.#channels, String(appends.length)];
    for (const { log, at, fence, meta, seal = false, entries } of appends) {
      keys.push(this.#log(log), this.#entries(log));
      args.push(log, String(at), fence === undefined ? "" : String(fence), meta === undefined ? "0" : "1", meta ?? "");
      args.push(seal ? "1" : "0", String(entries.length));
      for (const entry of entries) args.push(Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength));
    }
    const [outcome, i, ...details] = (await this.#run(scripts.APPEND, keys, args)) as Reply[];
    if (String(outcome) === "ok") return;
    const { log, at, fence = 0 } = appends[Number(i)] as Append;
    if (String(outcome) === "missing") throw new NoSuchLogError(log);
    if (String(outcome) === "fenced") throw new FencedError(log, fence, Number(details[0]));
    throw new AppendConflictError(log, at, Number(details[0]), String(details[1]) === "1");
  }

  async read(log: string, position: ReadPosition): Promise<LogSlice | LogReset> {
    const { epoch, from, maxBytes } = position;
    const args = [epoch, String(from), String(maxBytes)];
    const keys = [this.#log(log), this.#entries(log)];
    const [stored, ...entries] = (await this.#run(scripts.READ, keys, args)) as [Reply, ...Buffer[]];
    const state = need(log, toState(log, stored));
    const why = resetReason(state, position);
    if (why) return { type: "reset", why, state };
    const next = from + entries.length;
    const bytes = new Uint8Array(Buffer.concat(entries));
    return { type: "slice", bytes, next, isAtEnd: next === state.next, isSealed: state.isSealed };
  }

  async trim(log: string, first: number): Promise<void> {
    const { epoch } = need(log, await this.stat(log));
    await this.#run(scripts.TRIM, [this.#log(log), this.#entries(log)], [epoch, String(first)]);
  }

  async lease(log: string, { holder, ttlMs, force = false }: Parameters<RunLog["lease"]>[1]) {
    const args = [holder, String(ttlMs), force ? "1" : "0"];
    const outcome = String(await this.#run(scripts.LEASE, [this.#log(log), this.#key("fences")], args));
    if (outcome === "missing") throw new NoSuchLogError(log);
    return outcome === "held" ? undefined : Number(outcome);
  }

  async release(log: string, holder: string): Promise<void> {
    await this.#run(scripts.RELEASE, [this.#log(log)], [holder]);
  }

  async restart(log: string, fence?: number): Promise<LogState> {
    const keys = [this.#log(log), this.#entries(log), this.#key("open"), this.#key("sealed")];
    const args = [log, randomUUID(), this.#channels, fence === undefined ? "" : String(fence)];
    const [outcome, answer] = (await this.#run(scripts.RESTART, keys, args)) as [Reply, Reply];
    if (String(outcome) === "fenced") throw new FencedError(log, fence ?? 0, Number(answer));
    return need(log, toState(log, answer));
  }

  async delete(log: string): Promise<void> {
    const state = await this.stat(log);
    if (!state) return;
    const lists = ["logs", "open", "sealed"].map((list) => this.#key(list));
    const args = [log, String(state.number), this.#channels];
    await this.#run(scripts.DELETE, [this.#log(log), this.#entries(log), ...lists], args);
  }

  watch(log: string, onChange: () => void): () => void {
    return this.#watch.add(log, onChange);
  }

  async close(): Promise<void> {
    this.#watch.close();
    await this.#connection.close();
  }

  async #run(script: scripts.Script, keys: readonly string[], args: readonly (string | Buffer)[]): Promise<Reply> {
    try {
      return await this.#connection.run(script, keys, args);
    } catch (error) {
      // Out of memory, unable to write its file, demoted to a replica, without the replicas it asks for.
      if (error instanceof ErrorReply && /^(OOM|MISCONF|READONLY|NOREPLICAS) /.test(error.message)) {
        throw new RunLogWriteError(this.#connection.address, { cause: error });
      }
      throw error;
    }
  }

  get #channels(): string {
    return this.#key("changed:");
  }

  #log(log: string): string {
    return this.#key(`log:${log}`);
  }

  #entries(log: string): string {
    return this.#key(`entries:${log}`);
  }

  #key(name: string): string {
    return this.#prefix + name;
  }
}

/** @param reply What `state_of` answers; all null when there is no such log. */
function toState(log: string, reply: Reply): LogState | undefined {
  const [number, epoch, first, next, sealed, bytes, created, meta] = reply as (Buffer | null)[];
  if (!number) return undefined;
  return {
    log,
    number: Number(number),
    epoch: String(epoch),
    first: Number(first),
    next: Number(next),
    isSealed: String(sealed) === "1",
    bytes: Number(bytes),
    createdAtMs: Number(created),
    meta: meta?.toString(),
  };
}

/** @throws {NoSuchLogError} when there is no state. */
function need(log: string, state: LogState | undefined): LogState {
  if (!state) throw new NoSuchLogError(log);
  return state;
}
