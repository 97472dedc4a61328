/** What a server holds for a viewer that is connected and subscribed, and gets nothing. */
import { median } from "../median.ts";
import type { Figure } from "../rows.ts";
import { startAudience } from "./audience.ts";
import { withChildren } from "./children.ts";
import type { ContenderName } from "./contenders.ts";

const NAMES: readonly ContenderName[] = ["ours", "ws", "socket.io"];
const VIEWERS = 1_000;
/** They come before the measurement: the first ones have code compiled and tables made. */
const EARLIER = 100;
const GOAL = { mostValue: 40 } as const;

export async function measureMemory(rounds: number, log: (line: string) => void): Promise<Figure[]> {
  const kilobytes = new Map(NAMES.map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    await withChildren(async (start) => {
      const measurements = NAMES.map(async (name) => {
        const { connect, server } = await startAudience(start, name);
        await connect(EARLIER);
        const before = await server.ask("memory");
        await connect(EARLIER + VIEWERS);
        const each = ((await server.ask("memory")) - before) / VIEWERS / 1024;
        log(`idle viewer, ${name}: ${each.toFixed(1)} KB`);
        kilobytes.get(name)?.push(each);
      });
      await Promise.all(measurements);
    });
  }
  const of = (name: ContenderName) => median(kilobytes.get(name) ?? []);
  return NAMES.map((name) => ({
    row: `memory for an idle viewer of ${VIEWERS}, ${name}`,
    value: of(name),
    unit: "KB",
    ...(name === "ours" && { peerValue: of("socket.io"), goal: GOAL }),
  }));
}
