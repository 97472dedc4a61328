import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  BadMessageError,
  parseClientMessage,
  parseServerMessage,
  type ClientMessage,
  type ServerMessage,
} from "./messages.ts";

const position = { log: "r1", number: 4, epoch: "e1", first: 0, next: 9 };

describe("parseClientMessage", () => {
  it.each<ClientMessage>([
    { type: "hello", client: "test" },
    { type: "sub", id: 1, log: "feed", from: "start" },
    { type: "sub", id: 1, log: "feed", from: "now" },
    { type: "sub", id: 1, log: "feed", from: { tail: 20 } },
    { type: "sub", id: 1, log: "r1", from: { epoch: "e1", seq: 0 } },
    { type: "ack", id: 1, seq: 3 },
    { type: "unsub", id: 1 },
  ])("reads $type with its members", (message) => {
    expect(parseClientMessage(JSON.stringify(message))).toEqual(message);
  });

  it("[P3] ignores unknown members", () => {
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
    "[".repeat(10_000),
  ])("[P3] refuses %s", (text) => {
    expect(() => parseClientMessage(text)).toThrow(BadMessageError);
  });

  it("throws nothing but BadMessageError, and leaves prototypes alone", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          parseClientMessage(text);
        } catch (error) {
          expect(error).toBeInstanceOf(BadMessageError);
        }
      }),
      { numRuns: 1000, seed: 1 },
    );
    expect(parseClientMessage('{"__proto__":{"polluted":1},"type":"unsub","id":1}')).toEqual({
      type: "unsub",
      id: 1,
    });
    expect("polluted" in {}).toBe(false);
  });
});

describe("parseServerMessage", () => {
  it.each<ServerMessage>([
    { type: "welcome", server: "windowscope", heartbeatMs: 25_000 },
    { type: "subok", id: 1, ...position, from: 2 },
    { type: "live", id: 1, next: 9 },
    { type: "reset", id: 1, ...position, why: "epoch" },
    { type: "end", id: 1, next: 9 },
    { type: "err", code: "no_such_log", message: "There is no log r1.", id: 1 },
    { type: "studio", state: "unreachable", message: "Studio does not answer." },
    { type: "hb" },
    { type: "bye", inMs: 300 },
  ])("reads $type with its members", (message) => {
    expect(parseServerMessage(JSON.stringify(message))).toEqual(message);
  });

  it("[P3] ignores a message type it does not know", () => {
    expect(parseServerMessage('{"type":"fanfare"}')).toBeUndefined();
  });

  it("refuses a message that lacks a member", () => {
    expect(() => parseServerMessage('{"type":"live","id":1}')).toThrow('"next" has to be a whole number');
  });
});
