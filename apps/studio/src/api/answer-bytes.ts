import { Turn } from "./turn.ts";

/** Text is turned into bytes in pieces of about so many characters. */
const PIECE = 65_536;

/**
 * An answer as JSON, as `JSON.stringify` writes it, made in turns: that of a large test set has tens of megabytes.
 *
 * The lists that stand in the answer itself are written item by item; everything else is written at once.
 */
export async function answerBytes(answer: object, turn = new Turn()): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Buffer[] = [];
  let text = "";
  for (const part of partsOf(answer)) {
    text += part;
    if (text.length < PIECE) continue;
    pieces.push(Buffer.from(text));
    text = "";
    if (turn.isOver) await turn.pass();
  }
  return Buffer.concat([...pieces, Buffer.from(text)]);
}

function* partsOf(answer: object): Generator<string> {
  const fields = (Object.entries(answer) as [string, unknown][]).filter(([, value]) => value !== undefined);
  yield "{";
  for (const [f, [name, value]] of fields.entries()) {
    yield `${f > 0 ? "," : ""}${JSON.stringify(name)}:`;
    if (!Array.isArray(value)) {
      yield JSON.stringify(value);
      continue;
    }
    yield "[";
    for (const [i, item] of (value as unknown[]).entries()) yield `${i > 0 ? "," : ""}${JSON.stringify(item)}`;
    yield "]";
  }
  yield "}";
}
