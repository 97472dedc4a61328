import type { TestRun } from "@windowscope/protocol";

/** What a test run shows of the lines of its job. */
export type JobTalk = Pick<TestRun, "lines" | "progress">;

const MOST_LINES = 20;
const LONGEST_LINE = 500;

/** Adds lines that a job has printed to what is shown of it. */
export function addLines(talk: JobTalk, lines: readonly string[]): JobTalk {
  const newest = lines.map(readProgress).findLast((progress) => progress !== undefined);
  return {
    lines: [...talk.lines, ...lines.map((line) => line.slice(0, LONGEST_LINE))].slice(-MOST_LINES),
    progress: newest ?? talk.progress,
  };
}

/** Studio has no progress to ask for; some jobs count in their lines: `[ 356/1994] ...`. */
function readProgress(line: string): JobTalk["progress"] {
  const [, done, total] = /^\s*\[\s*(\d{1,9})\s*\/\s*(\d{1,9})\s*\]/.exec(line) ?? [];
  return total === undefined || Number(done) > Number(total) ? undefined : { done: Number(done), total: Number(total) };
}
