import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { FakeScope } from "../scope/fake-scope.ts";
import type { Summary } from "../scope/scope-port.ts";
import { askerOf } from "./fake-asker.ts";
import { SummaryFeed } from "./summary-feed.svelte.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function summaryOf(windows: number): Summary {
  return {
    tally: { windows, comparable: 0, matching: 0, uncertain: 0, anomalies: 0 },
    matrix: { expected: [], predicted: [], counts: [] },
    perClass: [],
    sweep: [],
  };
}

it("asks at once, then at most twice a second while windows come, and for the last of them", async () => {
  const scope = new FakeScope();
  let windows = 0;
  scope.answer("summary", () => summaryOf(windows));
  const feed = new SummaryFeed(askerOf(scope));

  for (windows = 1; windows <= 10; windows++) {
    feed.refresh();
    await scope.settle();
  }
  windows = 10;
  expect(feed.summary?.tally.windows).toBe(1);
  await vi.advanceTimersByTimeAsync(600);

  expect(feed.summary?.tally.windows).toBe(10);
  expect(scope.all("ask")).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(scope.all("ask")).toHaveLength(2);
});

it("asks for the selected time", async () => {
  const scope = new FakeScope();
  scope.answer("summary", summaryOf(3));
  const feed = new SummaryFeed(askerOf(scope));

  feed.refresh({ startMs: 10, endMs: 20 });
  await scope.settle();

  expect(scope.last("ask")?.ask).toEqual({ range: { startMs: 10, endMs: 20 } });
});

it("says why there are no numbers, and leaves no timer behind", async () => {
  const scope = new FakeScope();
  const feed = new SummaryFeed(askerOf(scope));

  feed.refresh();
  await scope.settle();
  expect(feed.failure).toBe('The fake scope has no answer to "summary".');

  feed.stop();
  expect(vi.getTimerCount()).toBe(0);
});

it("shows no counts of what was on the screen before, and asks at once for what is there now", async () => {
  const scope = new FakeScope();
  let windows = 7;
  scope.answer("summary", () => summaryOf(windows));
  const feed = new SummaryFeed(askerOf(scope));
  feed.refresh();
  await scope.settle();
  expect(feed.summary?.tally.windows).toBe(7);

  feed.forget();
  expect(feed.summary).toBeUndefined();
  windows = 9;
  feed.refresh();
  await scope.settle();

  expect(feed.summary?.tally.windows).toBe(9);
});

it("drops an answer that was on its way when something else came on the screen", async () => {
  const answers: ((summary: Summary) => void)[] = [];
  const feed = new SummaryFeed({ ask: () => new Promise((resolve) => answers.push(resolve)) });
  feed.refresh();

  feed.forget();
  feed.refresh();
  answers[0]?.(summaryOf(7));
  await vi.advanceTimersByTimeAsync(0);
  expect(feed.summary).toBeUndefined();
  answers[1]?.(summaryOf(9));
  await vi.advanceTimersByTimeAsync(0);

  expect(feed.summary?.tally.windows).toBe(9);
});
