/** Where a recording stands. Each state but the last three can still change. */
export type RecordingState = "waiting" | "started" | "reading" | "uploading" | "finished" | "failed" | "cancelled";

/** Something that a device was asked to record, as the server tells of it. Times are ISO 8601. */
export interface Recording {
  readonly recordingId: string;
  readonly projectId: number;
  readonly deviceId: string;
  readonly label: string;
  readonly category: string;
  /** What was asked for; the sample itself tells how long it became, and how dense. */
  readonly lengthMs: number;
  readonly intervalMs: number;
  readonly sensor?: string | undefined;
  readonly state: RecordingState;
  /** How much has been read from the device, 0 to 100; absent where nobody says. */
  readonly percent?: number | undefined;
  readonly createdAt: string;
  readonly endedAt?: string | undefined;
  /** Why it failed, in words for people. */
  readonly error?: string | undefined;
  /** Something to know: what it waits for, or what is odd about the sample. */
  readonly warning?: string | undefined;
  /** There once it has finished. */
  readonly sampleId?: number | undefined;
  /** The run that classifies the sample; absent when it had not begun yet. */
  readonly runId?: string | undefined;
}
