/** What a run's windows have beside numbers. */

/** Something in a picture; in pixels or in shares of its size, as Studio gives it. */
export interface Box {
  readonly label: string;
  /** From 0 to 1; of an anomaly, as high as it gets. */
  readonly score: number;
  /** Left edge; `y` is the upper one. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What one window has beside its columns. */
export interface WindowDetails {
  readonly index: number;
  /** Objects, or the places of an anomaly, whose score reaches the limit; the surest object first. */
  readonly boxes?: readonly Box[];
  /** Anomaly scores over a picture, row by row. */
  readonly grid?: readonly (readonly number[])[];
  /** What a model that writes has written, by the names of its answers. */
  readonly texts?: Readonly<Record<string, string>>;
  /** How found and true objects pair up: Studio's own JSON, where it was asked for. */
  readonly debugInfo?: string;
}
