/** The part of a WebSocket that is used; a browser's and that of the package `ws` both fit. */
export interface LiveSocket {
  /** Set to `arraybuffer`. */
  binaryType: string;
  /** Sends one text frame. */
  send(text: string): void;
  /** Begins to close; `onclose` hears of the end. */
  close(code?: number, reason?: string): void;
  /** Hears once that frames can be sent. */
  onopen: ((event: never) => void) | null;
  /** Hears each frame, as the event's `data`: a string or an `ArrayBuffer`. */
  onmessage: ((event: never) => void) | null;
  /** Hears once that the connection is over, or never came to be, with the event's `code` and `reason`. */
  onclose: ((event: never) => void) | null;
  /** Hears of trouble, before `onclose`. */
  onerror: ((event: never) => void) | null;
}
