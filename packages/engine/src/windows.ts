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

  const frequencyHz = frequencyOf(intervalMs);
  const windowReadings = countReadings(window.sizeMs, frequencyHz);
  const increaseReadings = countReadings(window.increaseMs, frequencyHz);
  const isPadded = readingCount < windowReadings && window.padZeros && readingCount > 0;
  const fullWindows =
    readingCount < windowReadings ? 0 : Math.floor((readingCount - windowReadings) / increaseReadings) + 1;

  return { windowReadings, increaseReadings, count: isPadded ? 1 : fullWindows, isPadded };
}

/** Readings per second; whole where it is meant to be: 1000 / 16.0001 is 62.4996, 1000 / 9.9999 is 100. */
export function frequencyOf(intervalMs: number): number {
  const hertz = 1000 / intervalMs;
  const whole = Math.round(hertz);
  return whole > 0 && Math.abs(hertz - whole) < 0.01 ? whole : hertz;
}

/** Readings in a span of time, at least one. */
export function countReadings(spanMs: number, frequencyHz: number): number {
  return Math.max(1, Math.round((spanMs * frequencyHz) / 1000));
}

/** Where a window lies. */
export interface WindowPlace {
  readonly startMs: number;
  readonly endMs: number;
  /** First reading of the recording in it. */
  readonly firstReading: number;
  /** The reading behind its last one; for a padded window the recording's end. */
  readonly endReading: number;
}

/**
 * Where a window lies in the recording that it was made of, which may have been resampled for it.
 *
 * A plan counts in readings of the frequency that the windows were made at, the impulse's; labels and plots count in
 * those that were recorded. Both have the time in common.
 *
 * @param plan Of the readings that were windowed.
 * @param frequencyHz Of the readings that were windowed.
 * @param recorded The recording before it was resampled.
 */
export function placeWindow(
  window: number,
  plan: Pick<WindowPlan, "windowReadings" | "increaseReadings">,
  frequencyHz: number,
  recorded: { readonly readingCount: number; readonly intervalMs: number },
): WindowPlace {
  const start = window * plan.increaseReadings;
  const recordedReading = (reading: number) => {
    const exact = (reading * frequencyOf(recorded.intervalMs)) / frequencyHz;
    // What is a whole reading but for rounding is that reading.
    return Math.min(recorded.readingCount, Math.ceil(exact - 1e-6));
  };
  return {
    startMs: (start * 1000) / frequencyHz,
    endMs: ((start + plan.windowReadings) * 1000) / frequencyHz,
    firstReading: recordedReading(start),
    endReading: recordedReading(start + plan.windowReadings),
  };
}
