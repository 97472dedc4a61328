/** What viewers may cost. Times in milliseconds, sizes in bytes. */
export interface LiveLimits {
  /** The first message has to come within this time. */
  readonly helloMs: number;
  /** A handshake has to be done within this time, the request's header included. */
  readonly handshakeMs: number;
  /** Nothing is silent for longer, and every viewer is pinged as often. */
  readonly heartbeatMs: number;
  /** A ping has to be answered within this time. */
  readonly pongMs: number;
  /** A viewer that makes no progress for so long is sent away. */
  readonly stallMs: number;
  /** Length of a control message. */
  readonly controlBytes: number;
  /** Control messages a second, in the long run. */
  readonly controlPerSecond: number;
  /** Control messages at once. */
  readonly controlBurst: number;
  readonly subscriptionsPerViewer: number;
  /** Of one log, under way to one viewer without an acknowledgement. */
  readonly unackedBytes: number;
  /** What may wait for the wire of one viewer before nothing more of a log is sent. */
  readonly highWaterBytes: number;
  /** Answers to control messages count here: who leaves so much unread asks for more than it takes. */
  readonly unreadBytes: number;
  /** Of everything that waits for wires. Beyond it the viewers that are furthest behind are sent away. */
  readonly bufferedBytes: number;
  /** Catching up goes in messages of at most this size, unless a single entry is longer. */
  readonly messageBytes: number;
  /** The newest entries of a log, kept in memory for all its viewers. */
  readonly ringBytes: number;
  /** For how long viewers that catch up may keep the process busy before others have their turn. */
  readonly catchUpMsPerTurn: number;
  /** Reads for viewers that catch up, at the same time. */
  readonly concurrentReads: number;
  /** A log that is gone may come back within this time. */
  readonly vanishedMs: number;
  /** After so long without an answer of the run log viewers are sent to look elsewhere. */
  readonly logOutageMs: number;
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** On a restart viewers come back spread over so long. */
  readonly spreadMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const DEFAULT_LIMITS: LiveLimits = {
  helloMs: 5_000,
  handshakeMs: 10_000,
  heartbeatMs: 25_000,
  pongMs: 10_000,
  stallMs: 30_000,
  controlBytes: 16 * KIB,
  controlPerSecond: 20,
  controlBurst: 40,
  subscriptionsPerViewer: 64,
  unackedBytes: MIB,
  highWaterBytes: 256 * KIB,
  unreadBytes: 4 * MIB,
  bufferedBytes: 256 * MIB,
  messageBytes: 64 * KIB,
  ringBytes: 4 * MIB,
  catchUpMsPerTurn: 2,
  concurrentReads: 8,
  vanishedMs: 5_000,
  logOutageMs: 30_000,
  connections: 2_000,
  connectionsPerAddress: 64,
  spreadMs: 7_000,
};

/** How often viewers and logs are looked after; no time above is kept more exactly. */
export const TICK_MS = 1_000;
