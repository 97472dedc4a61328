/** A local Studio that runs: where it listens, and how it ends. By itself, so that its types need nothing else. */
export interface RunningStudio {
  /** REST and socket.io, such as `http://127.0.0.1:4800`. */
  readonly url: string;
  /** Where recordings are sent to, such as `http://127.0.0.1:4810`. */
  readonly ingestionUrl: string;
  /** Remote management, such as `ws://127.0.0.1:4802`. */
  readonly devicesUrl: string;
  /** Id of its only project. */
  readonly projectId: number;
  /** Deletes everything in the project, while requests may go on; key and ports stay. */
  reset(): Promise<void>;
  /** Ends it: closes its ports, connections and jobs. What was in memory is gone. */
  close(): Promise<void>;
}
