import { decode, encode } from "cbor-x";
import type { RawData } from "ws";

import { findCborItem } from "../formats/cbor-item.ts";
import { requireFields, type Fields } from "./wire-values.ts";

/** How a device speaks; the encoding of its hello decides. */
export interface Codec {
  /** @throws when the frame does not hold an object. */
  read(data: RawData): Fields;
  write(message: object): string | Buffer;
}

export const JSON_TEXT: Codec = {
  read: (data) => requireFields(JSON.parse(toBuffer(data).toString("utf8")), "A message"),
  write: (message) => JSON.stringify(message),
};

export const CBOR: Codec = {
  read: (data) => {
    const bytes = toBuffer(data);
    // The decoder works for minutes on a number of some megabytes: tags have to be kept from it.
    const { start, end } = findCborItem(bytes);
    return requireFields(decode(bytes.subarray(start, end)), "A message");
  },
  write: (message) => encode(message),
};

/** The mobile client's keep-alive: a text that is no message. */
export function isTextPing(data: RawData, isBinary: boolean): boolean {
  return !isBinary && toBuffer(data).equals(PING);
}

const PING = Buffer.from("ping");

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
