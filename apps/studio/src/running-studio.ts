/** A local Studio that runs: where it listens, and how it ends. By itself, so that its types need nothing else. */
export interface RunningStudio {
  /** REST and socket.io, such as `http://127.0.0.1:4800`. */
  readonly url: string;
  readonly ingestionUrl: string;
  /** Remote management, such as `ws://127.0.0.1:4802`. */
  readonly devicesUrl: string;
  readonly projectId: number;
  /** Deletes everything in the project, while requests may go on; key and ports stay. */
  reset(): Promise<void>;
  close(): Promise<void>;
}
