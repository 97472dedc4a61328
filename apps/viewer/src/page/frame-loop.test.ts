import { beforeEach, describe, expect, it } from "vitest";

import { FrameLoop } from "./frame-loop.ts";

let frames: (() => void)[];
let nowMs: number;
let isWanted: boolean;
let steps: number;
let loop: FrameLoop;
let stop: AbortController;

beforeEach(() => {
  [frames, nowMs, isWanted, steps] = [[], 0, true, 0];
  stop = new AbortController();
  loop = new FrameLoop(
    (callback) => {
      frames.push(callback);
      return () => void (frames = frames.filter((frame) => frame !== callback));
    },
    () => nowMs,
    { isWanted: () => isWanted, step: () => steps++ },
  );
});

/** The next frame is drawn, so much later. */
function draw(ms = 16): void {
  nowMs += ms;
  for (const frame of frames.splice(0)) frame();
}

describe("FrameLoop", () => {
  it("steps once a frame while it is wanted, however often it is told to run", () => {
    loop.run();
    expect(frames).toEqual([]);
    loop.start(stop.signal);
    loop.run();
    draw();
    draw();
    expect(steps).toBe(2);
    isWanted = false;
    draw();

    expect(steps).toBe(3);
    expect(frames).toEqual([]);
  });

  it("ends where the clock stands still, and goes on when it is told to", () => {
    loop.start(stop.signal);
    draw();
    draw(0);
    expect(frames).toEqual([]);
    loop.run();
    draw();

    expect(steps).toBe(3);
    expect(frames).toHaveLength(1);
  });

  it("takes its frame back when the signal aborts, and runs no more", () => {
    loop.start(stop.signal);
    stop.abort();
    loop.run();

    expect(frames).toEqual([]);
    expect(steps).toBe(0);
  });
});
