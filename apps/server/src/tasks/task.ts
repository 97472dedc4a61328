import type { EntryPosition } from "@windowscope/protocol";
import type { LogState } from "@windowscope/runlog";

/** Something that takes its time, as clients see it. It is over once it has an end. */
export interface Task {
  readonly projectId: number;
  readonly state: string;
  readonly endedAt?: string | undefined;
  readonly error?: string | undefined;
  readonly warning?: string | undefined;
}

/** What is kept beside a task's entries. */
export interface TaskRecord<T extends Task, M> {
  readonly task: T;
  /** What the server has to remember, and clients do not get to see. */
  readonly memo: M;
}

export interface StoredTask<T extends Task, M> extends TaskRecord<T, M> {
  readonly log: LogState;
}

/** What tasks of one kind have of their own. */
export interface TaskKind<T extends Task, M> {
  /** What the names of their logs begin with. */
  readonly prefix: string;
  readonly encode: (position: EntryPosition, task: T) => Uint8Array;
  /** Whether the log has more than how the task stands. */
  readonly hasResult: (task: T) => boolean;
  /** The task before there was anything of a result. */
  readonly withoutResult: (record: TaskRecord<T, M>) => TaskRecord<T, M>;
}
