/** Where the windows of one recording lie, counted in readings so that nothing drifts. */
export interface WindowPlan {
  /** Readings in one window. */
  readonly windowReadings: number;
  /** Readings from the start of one window to the start of the next. */
  readonly increaseReadings: number;
  /** How many windows the recording has. Window `i` starts at reading `i * increaseReadings`. */
  readonly count: number;
  /** The recording is shorter than a window: its only window ends in zeros. */
  readonly isPadded: boolean;
}

/**
 * Slides a window over a whole recording.
 *
 * A tail too short for a full window is dropped. A recording shorter than one window yields one window filled up with
 * zeros when `padZeros` is set, and none otherwise, as Studio's input block does.
 *
 * @param recording `intervalMs`: time between two readings, in ms.
 * @param window Size and step in ms, as the impulse's input block states them.
 * @throws {RangeError} when an interval, a size or a step is not a positive number.
 */
export function planWindows(
  recording: { readonly readingCount: number; readonly intervalMs: number },
  window: { readonly sizeMs: number; readonly increaseMs: number; readonly padZeros: boolean },
): WindowPlan {
  const { readingCount, intervalMs } = recording;
  for (const [name, value] of Object.entries({ intervalMs, sizeMs: window.sizeMs, increaseMs: window.increaseMs })) {
    if (!(value > 0 && Number.isFinite(value)))
      throw new RangeError(`${name} is ${value}; it has to be a positive number.`);
  }

  const windowReadings = Math.max(1, Math.round(window.sizeMs / intervalMs));
  const increaseReadings = Math.max(1, Math.round(window.increaseMs / intervalMs));
  const isPadded = readingCount < windowReadings && window.padZeros && readingCount > 0;
  const fullWindows =
    readingCount < windowReadings ? 0 : Math.floor((readingCount - windowReadings) / increaseReadings) + 1;

  return { windowReadings, increaseReadings, count: isPadded ? 1 : fullWindows, isPadded };
}
