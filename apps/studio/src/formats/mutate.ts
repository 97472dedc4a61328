/** For tests: breaks valid bytes in the ways that broken senders and hostile ones do. */
import type { SeededRandom } from "@windowscope/engine";

const HUGE = [
  Buffer.of(0xff, 0xff, 0xff, 0xff),
  Buffer.of(0xff, 0xff, 0xff, 0x7f),
  Buffer.of(0x9a, 0xff, 0xff, 0xff, 0xff),
  Buffer.of(0x9b, 0, 0, 0, 0x10, 0, 0, 0, 0),
  Buffer.of(0xba, 0x0f, 0xff, 0xff, 0xff),
  Buffer.of(0x7b, 0, 0, 0, 1, 0, 0, 0, 0),
  Buffer.of(0x9f, 0x9f, 0x9f, 0x9f),
  Buffer.from("1e999"),
  Buffer.from("-99999999999999999999"),
];

const WRONG = [
  "null",
  '"text"',
  "{}",
  "[]",
  "NaN",
  "\0",
  "--",
  ";",
  '"',
  "\r\n",
  "__proto__",
  "\xc1\x00",
  "\xfb",
  "\xf6",
  "\x80",
];

/**
 * One to four changes at places of the random generator's choosing: flipped bits, an end, a slice twice or not at all, a huge
 * length, something of another type.
 */
export function mutate(bytes: Buffer, random: SeededRandom): Buffer {
  const changes = 1 + Math.floor(random.uniform() * 4);
  let changed = bytes;
  for (let i = 0; i < changes; i++) changed = mutateOnce(changed, random);
  return changed;
}

function mutateOnce(bytes: Buffer, random: SeededRandom): Buffer {
  const below = (limit: number) => Math.floor(random.uniform() * limit);
  const at = below(bytes.length + 1);
  const end = Math.min(bytes.length, at + below(64));
  switch (below(7)) {
    case 0: {
      const copy = Buffer.from(bytes);
      if (at < bytes.length) copy[at] = (copy[at] as number) ^ (1 << below(8));
      return copy;
    }
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    case 4:
      return replace(bytes, at, HUGE[below(HUGE.length)] as Buffer);
    case 5:
      return replace(bytes, at, Buffer.from(WRONG[below(WRONG.length)] as string, "latin1"));
    default:
      return replace(bytes, at, Buffer.from(Array.from({ length: 1 + below(8) }, () => below(256))));
  }
}

function replace(bytes: Buffer, at: number, by: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + by.length)]);
}
