import { createMemoryRunLog, type Append, type LogState, type ReadPosition, type RunLog } from "@windowscope/runlog";

type Change = (runLog: RunLog) => Promise<unknown>;

export type ForgetfulRunLog = RunLog & {
  /** Loses the last appends that were acknowledged, as an engine that is killed before it has written to its disk. */
  loseTail(appends: number): Promise<void>;
};

/** For tests: a log in memory that can come back without its newest entries, under the epochs that it had. */
export function createForgetfulRunLog(): ForgetfulRunLog {
  let stored = createMemoryRunLog();
  let changes: { readonly isAppend: boolean; readonly redo: Change }[] = [];
  /** Epochs as they are known outside, by those inside. */
  const outside = new Map<string, string>();

  async function change<T>(isAppend: boolean, redo: (runLog: RunLog) => Promise<T>): Promise<T> {
    const answer = await redo(stored);
    changes.push({ isAppend, redo });
    return answer;
  }
  const shown = <T extends LogState | undefined>(state: T): T =>
    state && { ...state, epoch: outside.get(state.epoch) ?? state.epoch };
  const inside = (epoch: string) => [...outside].find(([, known]) => known === epoch)?.[0] ?? epoch;

  return {
    open: async (log) => shown(await change(false, (runLog) => runLog.open(log))),
    stat: async (log) => shown(await stored.stat(log)),
    list: async (page) => (await stored.list(page)).map(shown),
    append: (appends: readonly Append[]) => change(true, (runLog) => runLog.append(appends)),
    async read(log: string, position: ReadPosition) {
      const answer = await stored.read(log, { ...position, epoch: inside(position.epoch) });
      return answer.type === "slice" ? answer : { ...answer, state: shown(answer.state) };
    },
    trim: (log, first) => stored.trim(log, first),
    lease: (log, lease) => change(false, (runLog) => runLog.lease(log, lease)),
    release: (log, holder) => stored.release(log, holder),
    restart: async (log, fence) => shown(await change(false, (runLog) => runLog.restart(log, fence))),
    delete: (log) => change(false, (runLog) => runLog.delete(log)),
    watch: (log, onChange) => stored.watch(log, onChange),
    close: () => stored.close(),

    async loseTail(appends) {
      const before = (await stored.list({ prefix: "", limit: Infinity })).map(shown);
      const lastKept = changes.filter(({ isAppend }) => isAppend).at(-1 - appends);
      const tail = lastKept ? changes.lastIndexOf(lastKept) + 1 : 0;
      changes = changes.filter(({ isAppend }, i) => i < tail || !isAppend);
      stored = createMemoryRunLog();
      for (const { redo } of changes) await redo(stored);
      for (const { log, epoch } of before) {
        const now = await stored.stat(log);
        if (now) outside.set(now.epoch, epoch);
      }
    },
  };
}
