import { expect, it } from "vitest";

import { formatSourceTime } from "./source-time.ts";

it.each([
  { ms: 0, run: "0.00", session: "00:00:00.00" },
  { ms: 80, run: "0.08", session: "00:00:00.08" },
  { ms: 59_999, run: "60.00", session: "00:01:00.00" },
  { ms: 6_119_960, run: "6119.96", session: "01:41:59.96" },
  { ms: 360_000_000, run: "360000.00", session: "100:00:00.00" },
])("writes $ms ms as $run and $session", ({ ms, run, session }) => {
  expect(formatSourceTime(ms, "run")).toBe(run);
  expect(formatSourceTime(ms, "session")).toBe(session);
});
