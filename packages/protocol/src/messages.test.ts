import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { BadMessageError } from "./json-checks.ts";
import { parseClientMessage, parseServerMessage, type ClientMessage, type ServerMessage } from "./messages.ts";

/** Deeper than a parser or a printer that calls itself would get. */
const DEEP = "[".repeat(10_000) + "]".repeat(10_000);

/** Texts that a message may be mistaken for: any, any JSON, and a good message with members that are any JSON. */
function anyText(messages: readonly object[]): fc.Arbitrary<string> {
  const keys = ["type", "id", "seq", "from", "log", "caps", "ticket", "entries", "__proto__", "constructor"];
  const damaged = fc
    .tuple(fc.constantFrom(...messages), fc.constantFrom(...keys), fc.jsonValue())
    .map(
      ([message, key, value]) =>
        `{${JSON.stringify(message).slice(1, -1)},${JSON.stringify(key)}:${JSON.stringify(value)}}`,
    );
  return fc.oneof(fc.string(), fc.json(), damaged);
}

function expectOnlyBadMessages(parse: (text: string) => unknown, text: string): void {
  try {
    parse(text);
  } catch (error) {
    expect(error).toBeInstanceOf(BadMessageError);
  }
}

const position = { log: "r1", number: 4, epoch: "e1", first: 0, next: 9 };

const clientMessages: readonly ClientMessage[] = [
  { type: "hello", client: "test" },
  { type: "hello", client: "test", ticket: "t-1", caps: ["json", "fanfare"] },
  { type: "auth", ticket: "t-2" },
  { type: "ping", t: 12 },
  { type: "sub", id: 1, log: "feed", from: "start" },
  { type: "sub", id: 1, log: "feed", from: "now" },
  { type: "sub", id: 1, log: "feed", from: { tail: 20 } },
  { type: "sub", id: 1, log: "r1", from: { epoch: "e1", seq: 0 } },
  { type: "ack", id: 1, seq: 3 },
  { type: "unsub", id: 1 },
];

describe("parseClientMessage", () => {
  it.each(clientMessages)("[P25] [P27] reads $type with its members", (message) => {
    expect(parseClientMessage(JSON.stringify(message))).toEqual(message);
  });

  it("[P3] ignores unknown members, however deep, and takes the last of two", () => {
    expect(parseClientMessage(`{"type":"unsub","id":1,"later":${DEEP}}`)).toEqual({ type: "unsub", id: 1 });
    expect(parseClientMessage('{"type":"unsub","id":1,"id":2}')).toEqual({ type: "unsub", id: 2 });
    expect(parseClientMessage('{"type":"unsub","id":1,"later":1}')).toEqual({ type: "unsub", id: 1 });
  });

  it.each([
    "",
    "[]",
    "null",
    "3",
    "{}",
    '{"type":"open"}',
    '{"type":"hello"}',
    '{"type":"sub","id":1,"log":"r1"}',
    '{"type":"sub","id":1,"log":"r1","from":{"seq":1}}',
    '{"type":"sub","id":1,"log":"r1","from":{"tail":-1}}',
    '{"type":"sub","id":1,"log":"","from":"start"}',
    '{"type":"ack","id":1,"seq":1e308}',
    '{"type":"ack","id":1,"seq":1.5}',
    `{"type":"sub","id":1,"log":"${"x".repeat(201)}","from":"start"}`,
    '{"type":"hello","client":"x","ticket":""}',
    '{"type":"hello","client":"x","caps":"json"}',
    '{"type":"hello","client":"x","caps":[1]}',
    `{"type":"hello","client":"x","caps":[${Array(17).fill('"a"').join()}]}`,
    '{"type":"auth"}',
    '{"type":"ping","t":"now"}',
    '{"type":"unsub","id":1,"id":-1}',
    '{"__proto__":{"type":"unsub","id":1}}',
    '{"type":"sub","id":1,"log":"r1","from":{"__proto__":{"tail":1}}}',
    "[".repeat(10_000),
    DEEP,
    `{"type":${DEEP}}`,
    `{"type":"sub","id":1,"log":"r1","from":${DEEP}}`,
  ])("[P3] refuses %.60s", (text) => {
    expect(() => parseClientMessage(text)).toThrow(BadMessageError);
  });

  it("throws nothing but BadMessageError, and leaves prototypes alone", () => {
    fc.assert(
      fc.property(anyText(clientMessages), (text) => expectOnlyBadMessages(parseClientMessage, text)),
      { numRuns: 1000, seed: 1 },
    );
    expect(parseClientMessage('{"__proto__":{"polluted":1},"type":"unsub","id":1}')).toEqual({
      type: "unsub",
      id: 1,
    });
    expect("polluted" in {}).toBe(false);
  });
});

const serverMessages: readonly ServerMessage[] = [
  { type: "welcome", server: "windowscope", heartbeatMs: 25_000 },
  { type: "welcome", server: "windowscope", heartbeatMs: 25_000, expiresInMs: 600_000 },
  { type: "subok", id: 1, ...position, from: 2 },
  { type: "live", id: 1, next: 9 },
  { type: "reset", id: 1, ...position, why: "epoch" },
  { type: "end", id: 1, next: 9 },
  { type: "err", code: "no_such_log", message: "There is no log r1.", id: 1 },
  { type: "studio", state: "unreachable", message: "Studio does not answer." },
  { type: "store", state: "refusing", message: "Nothing can be stored: the disk is full." },
  { type: "hb" },
  { type: "hb", t: 12 },
  { type: "entries", id: 1, entries: [{ kind: "run", log: 4, seq: 0, run: {} }] },
  { type: "entries", entries: [] },
  { type: "bye", inMs: 300 },
];

describe("parseServerMessage", () => {
  it.each(serverMessages)("[P25] reads $type with its members", (message) => {
    expect(parseServerMessage(JSON.stringify(message))).toEqual(message);
  });

  it("[P3] ignores a message type it does not know", () => {
    expect(parseServerMessage('{"type":"fanfare"}')).toBeUndefined();
  });

  it("refuses a message that lacks a member", () => {
    expect(() => parseServerMessage('{"type":"live","id":1}')).toThrow('"next" has to be a whole number');
  });

  it.each([
    `{"type":"reset","id":1,"log":"r1","number":4,"epoch":"e1","first":0,"next":9,"why":"mood"}`,
    '{"type":"studio","state":"asleep","message":"Zzz"}',
    '{"type":"store","state":"shut","message":"Sunday"}',
    '{"type":"welcome","server":"x","heartbeatMs":1e308}',
    '{"type":"welcome","server":"x","heartbeatMs":1,"expiresInMs":-1}',
    '{"type":"entries","entries":{}}',
    '{"type":"entries","entries":[1]}',
    '{"type":"entries","entries":[{"kind":"run","log":1}]}',
    '{"type":"bye","inMs":1e400}',
  ])("refuses %s", (text) => {
    expect(() => parseServerMessage(text)).toThrow(BadMessageError);
  });

  it("throws nothing but BadMessageError, and leaves prototypes alone", () => {
    fc.assert(
      fc.property(anyText(serverMessages), (text) => expectOnlyBadMessages(parseServerMessage, text)),
      { numRuns: 1000, seed: 1 },
    );
    expect(parseServerMessage('{"__proto__":{"polluted":1},"type":"hb"}')).toEqual({ type: "hb" });
    expect("polluted" in {}).toBe(false);
  });
});
