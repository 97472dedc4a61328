/** Where a command writes: its result, and what went wrong. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
}
