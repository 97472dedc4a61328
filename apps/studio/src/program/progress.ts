import { MultiBar, Presets } from "cli-progress";

/** How far some long work is, for somebody who watches. */
export interface Progress {
  /** So many of all are done now. */
  update(done: number): void;
  /** Something to read, above the bar. */
  write(line: string): void;
  /** The work is over. */
  stop(): void;
}

/** Without a terminal so many lines tell how it goes. */
const PLAIN_LINES = 10;

/**
 * A bar in a terminal; elsewhere a plain line now and then.
 *
 * @param what Of what there are `total`, such as "files".
 */
export function startProgress(what: string, total: number, stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? startBar(what, total, stream) : startLines(what, total, stream);
}

function startBar(what: string, total: number, stream: NodeJS.WriteStream): Progress {
  const format = `{bar} {percentage} %  {value} of {total} ${what}  {duration_formatted}`;
  const bars = new MultiBar({ stream, format, hideCursor: true, clearOnComplete: true }, Presets.shades_classic);
  const bar = bars.create(total, 0);
  return {
    update: (done) => bar.update(done),
    write: (line) => bars.log(`${line}\n`),
    stop: () => bars.stop(),
  };
}

function startLines(what: string, total: number, stream: NodeJS.WriteStream): Progress {
  let told = 0;
  return {
    update(done) {
      const step = Math.floor((PLAIN_LINES * done) / total);
      if (step > told) stream.write(`${done} of ${total} ${what}\n`);
      told = Math.max(told, step);
    },
    write: (line) => stream.write(`${line}\n`),
    stop: () => undefined,
  };
}
