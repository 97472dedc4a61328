import { DeviceError } from "./device-events.ts";
import { reasonOf } from "./sampling.ts";
import type { Fields } from "./wire-values.ts";

export interface StreamTimes {
  /** For how long somebody who follows a stream may say nothing; Studio's clients speak every 10 s. */
  readonly keepAliveMs: number;
  /** For how long a device may think about starting or stopping. */
  readonly answerMs: number;
}

export const STREAM_TIMES: StreamTimes = { keepAliveMs: 20_000, answerMs: 10_000 };

const MOST_FOLLOWERS = 20;

/** The words of a kind of stream. */
interface Words {
  readonly what: string;
  readonly start: object;
  readonly stop: object;
  readonly started: string;
  readonly stopped: string;
  readonly failed: string;
}

export const INFERENCE_WORDS: Words = {
  what: "results",
  start: { startInferenceStream: true },
  stop: { stopInferenceStream: true },
  started: "inferenceStreamStarted",
  stopped: "inferenceStreamStopped",
  failed: "inferenceStreamFailed",
};

export const SNAPSHOT_WORDS: Words = {
  what: "pictures",
  start: { startSnapshot: true, resolution: "low" },
  stop: { stopSnapshot: true },
  started: "snapshotStarted",
  stopped: "snapshotStopped",
  failed: "snapshotFailed",
};

interface DebugStreamParts {
  readonly deviceId: string;
  readonly words: Words;
  readonly times: StreamTimes;
  readonly send: (message: object) => void;
  readonly onEnded: (streamId: number, reason: string) => void;
}

/**
 * One kind of stream of one device, shared by all who follow it: on while there is one, off after the last has gone.
 *
 * A device that is asked to start while it stops may ignore it, so it is asked for one thing at a time.
 */
export class DebugStream {
  readonly #parts: DebugStreamParts;
  /** What each follower's time runs out with. */
  readonly #followers = new Map<number, ReturnType<typeof setTimeout>>();
  #switching: Promise<void> = Promise.resolve();
  #answer: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  #isOn = false;

  constructor(parts: DebugStreamParts) {
    this.#parts = parts;
  }

  /** Numbers of the streams to which a record goes. */
  get followers(): readonly number[] {
    return this.#isOn ? [...this.#followers.keys()] : [];
  }

  /**
   * Follows the stream, and starts it where it is off.
   *
   * @param start Asks the device in other words than usual. A stream that is on stays as it is.
   * @throws {DeviceError} when the device refuses or does not answer, or has followers enough.
   */
  async follow(streamId: number, start: object = this.#parts.words.start): Promise<void> {
    const { deviceId } = this.#parts;
    if (this.#followers.size >= MOST_FOLLOWERS) {
      throw new DeviceError(`The device ${deviceId} is followed by ${MOST_FOLLOWERS} streams already. Stop one.`);
    }
    this.#restartTimer(streamId);
    try {
      await this.#adjust(start);
    } catch (error) {
      this.#forget(streamId);
      throw error;
    }
    if (!this.#followers.has(streamId)) throw new DeviceError(`The device ${deviceId} ended the stream.`);
    // The time that the device took is not the follower's.
    this.#restartTimer(streamId);
  }

  /** @returns Whether there is such a stream. */
  keepAlive(streamId: number): boolean {
    if (!this.#followers.has(streamId)) return false;
    this.#restartTimer(streamId);
    return true;
  }

  /** @returns Whether there was such a stream. */
  leave(streamId: number, reason: string): boolean {
    if (!this.#forget(streamId)) return false;
    this.#parts.onEnded(streamId, reason);
    // Whether the device says that it has stopped is its own affair.
    this.#adjust(this.#parts.words.start).catch(() => undefined);
    return true;
  }

  /** Takes a message of the device; one that is not about this stream changes nothing. */
  received(message: Fields): void {
    const { words, deviceId } = this.#parts;
    const { started, stopped, failed, what } = words;
    if (this.#answer && (message[started] === true || message[stopped] === true)) {
      // At once: the first record can be in the same packet.
      this.#isOn = message[started] === true;
      this.#answer.resolve();
    }
    if (message[started] !== false && message[failed] !== true) return;
    const reason = reasonOf(message) ?? `The device ${deviceId} does not stream ${what}.`;
    if (this.#answer) this.#answer.reject(new DeviceError(reason));
    else this.end(reason);
  }

  /** The stream has ended on the device's side. */
  end(reason: string): void {
    this.#isOn = false;
    this.#answer?.reject(new DeviceError(reason));
    for (const streamId of [...this.#followers.keys()]) {
      this.#forget(streamId);
      this.#parts.onEnded(streamId, reason);
    }
  }

  #adjust(start: object): Promise<void> {
    this.#switching = this.#switching.catch(() => undefined).then(() => this.#switch(start));
    return this.#switching;
  }

  async #switch(start: object): Promise<void> {
    const isWanted = this.#followers.size > 0;
    if (isWanted === this.#isOn) return;
    this.#isOn = false;
    await this.#ask(isWanted ? start : this.#parts.words.stop);
    this.#isOn = isWanted;
  }

  async #ask(message: object): Promise<void> {
    const { deviceId, words, times, send } = this.#parts;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#answer = { resolve, reject };
        const seconds = times.answerMs / 1000;
        timer = setTimeout(
          () =>
            reject(new DeviceError(`The device ${deviceId} did not start to stream ${words.what} in ${seconds} s.`)),
          times.answerMs,
        );
        send(message);
      });
    } finally {
      clearTimeout(timer);
      this.#answer = undefined;
    }
  }

  #restartTimer(streamId: number): void {
    clearTimeout(this.#followers.get(streamId));
    const { keepAliveMs } = this.#parts.times;
    const reason = `Nobody has kept the stream alive for ${keepAliveMs / 1000} s.`;
    this.#followers.set(
      streamId,
      setTimeout(() => this.leave(streamId, reason), keepAliveMs),
    );
  }

  #forget(streamId: number): boolean {
    clearTimeout(this.#followers.get(streamId));
    return this.#followers.delete(streamId);
  }
}
