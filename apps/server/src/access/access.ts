/** What a connection was let in for. */
export interface Grant {
  /** Names the session that asked for the ticket; it ends when that is revoked. */
  readonly session: string;
  /** The logs that may be followed. */
  readonly logs: "all" | readonly string[];
  readonly expiresAtMs: number;
}

/** Who may follow what. */
export interface Access {
  /** Nobody needs to show anything: the server listens on this machine alone. */
  readonly isOpen: boolean;
  /** Exchanges a ticket, once, for what it was given out for; `undefined` when it is unknown, used or too old. */
  redeem(ticket: string): Promise<Grant | undefined>;
  /**
   * Calls back within a second of a session's end, on whichever replica it was ended.
   *
   * @returns Ends it.
   */
  onRevoked(listener: (session: string) => void): () => void;
}

export const OPEN_ACCESS: Access = {
  isOpen: true,
  redeem: async () => undefined,
  onRevoked: () => () => undefined,
};
