import type { EntryPosition } from "@windowscope/protocol";
import type { Append, LogState, RunLog } from "@windowscope/runlog";

/** Something that takes its time, as clients see it. It is over once it has an end. */
export interface Task {
  readonly projectId: number;
  readonly state: string;
  readonly endedAt?: string | undefined;
  readonly error?: string | undefined;
  readonly warning?: string | undefined;
}

/** Stores appends, together with an announcement in the log `feed`: all or nothing. */
export type Commit = (appends: readonly Append[], announce?: (position: EntryPosition) => Uint8Array) => Promise<void>;

/** What is kept beside a task's entries. */
export interface TaskRecord<T extends Task, M> {
  readonly task: T;
  /** What the server has to remember, and clients do not get to see. */
  readonly memo: M;
}

export interface StoredTask<T extends Task, M> extends TaskRecord<T, M> {
  readonly log: LogState;
}

export interface TaskLogsOptions<T extends Task> {
  readonly runLog: RunLog;
  readonly commit: Commit;
  /** Names this process among those that share the log. */
  readonly holder: string;
  /** What the names of these logs begin with. */
  readonly prefix: string;
  readonly encode: (position: EntryPosition, task: T) => Uint8Array;
}

/** What a writer needs of the logs: where to write, and the leases. */
export interface TaskLease<T extends Task> {
  readonly options: TaskLogsOptions<T>;
  /** @returns The fence; `undefined` while another process has the log, and when it is gone. */
  lease(id: string): Promise<number | undefined>;
  release(id: string): Promise<void>;
}
