/** A server and its viewers, each in a process of its own. */
import type { Child, StartChild } from "./children.ts";
import type { ContenderName } from "./contenders.ts";
import type { ServerCommands } from "./server-process.ts";
import type { ViewersCommands } from "./viewers-process.ts";

export interface Audience {
  readonly name: ContenderName;
  readonly url: string;
  readonly server: Child<ServerCommands>;
  /** Connects viewers until there are so many, each subscribed. */
  readonly connect: (viewers: number) => Promise<void>;
  /** Sends batches to all, at most so many a second. */
  readonly send: (batches: number, perSecond: number) => Promise<Sent>;
}

export interface Sent {
  /** Of the server, user and system. */
  readonly cpuSeconds: number;
  /** How long each batch was on its way to each viewer. */
  readonly latenciesMs: Float64Array;
  /** How long each batch took to be stored. */
  readonly storeMs: readonly number[];
}

/** @param dataDir Where ours keeps its logs; without a folder they stay in memory. */
export async function startAudience(start: StartChild, name: ContenderName, dataDir?: string): Promise<Audience> {
  const server = start<ServerCommands>("server-process.ts", [name, ...(dataDir === undefined ? [] : [dataDir])]);
  const viewers = start<ViewersCommands>("viewers-process.ts", [name]);
  viewers.onNews((batches) => server.tell(batches));
  const url = await server.ask("url");
  return {
    name,
    url,
    server,
    connect: (count) => viewers.ask("connect", { url, count }),
    async send(batches, perSecond) {
      await viewers.ask("expect", batches);
      const sent = await server.ask("send", { batches, perSecond });
      return { ...sent, latenciesMs: await viewers.ask("collect") };
    },
  };
}
