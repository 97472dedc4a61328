import type { RunStore } from "./run-store.ts";
import { MOST_ROWS, type Questions, type ScopeRequest } from "./scope-port.ts";
import type { ShownWindows } from "./shown-windows.ts";

export type Ask = Extract<ScopeRequest, { type: "ask" }>;

/** What answers are taken from. */
export interface Sources {
  /** What is on the screen, as it stands at the moment. */
  readonly shown: () => ShownWindows;
  readonly storeOf: (runId: string) => RunStore | undefined;
  readonly picture: () => Promise<Blob>;
  readonly isSession: () => boolean;
  /** Lets others have their turn. */
  readonly pause: () => Promise<void>;
}

/**
 * Answers a question of the page. Code that few ask for is loaded when somebody does.
 *
 * @throws {RangeError} when more rows are asked for than a table shows.
 */
export async function answerTo(
  asked: Ask,
  { shown, storeOf, picture, isSession, pause }: Sources,
): Promise<Questions[keyof Questions]["answer"]> {
  switch (asked.question) {
    case "rows": {
      const { from, to } = asked.ask;
      if (to - from > MOST_ROWS) throw new RangeError(`${to - from} rows at once; at most ${MOST_ROWS} are given.`);
      return shown().rows(from, to);
    }
    case "row":
      return shown().row(asked.ask);
    case "window":
      return shown().window(asked.ask);
    case "windowAt":
      return shown().windowAt(asked.ask.ms);
    case "step":
      return shown().step(asked.ask.from, asked.ask.by);
    case "next":
      return shown().next(asked.ask.from, asked.ask.kind, asked.ask.direction);
    case "summary":
      return (await import("./summary.ts")).summarise(shown(), asked.ask.range);
    case "readings":
      return storeOf(asked.ask.runId)?.readings(asked.ask.index);
    case "download": {
      const { writeDownload } = await import("./downloads.ts");
      const { format, range } = asked.ask;
      return writeDownload(shown(), format, { isSession: isSession(), range }, pause);
    }
    case "picture":
      return picture();
    default:
      return asked satisfies never;
  }
}

/** Readings go over without being copied. */
export function transferOf({ question }: Ask, answer: unknown): Transferable[] {
  if (question !== "readings" || answer === undefined) return [];
  return [(answer as { readonly values: Float32Array<ArrayBuffer> }).values.buffer];
}
