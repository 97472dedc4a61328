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
    { type: "sub", log: "feed", from: "start" },
    { type: "sub", log: "feed", from: "now" },
    { type: "sub", log: "feed", from: { tail: 20 } },
    { type: "sub", log: "r1", from: { epoch: "e1", seq: 0 } },
    { type: "ack", log: "r1", seq: 3 },
    { type: "unsub", log: "r1" },
  ])("reads $type with its members", (message) => {
    expect(parseClientMessage(JSON.stringify(message))).toEqual(message);
  });

  it("[P3] ignores unknown members", () => {
    expect(parseClientMessage('{"type":"unsub","log":"r1","later":1}')).toEqual({ type: "unsub", log: "r1" });
  });

  it.each([
    "",
    "[]",
    "null",
    "3",
    "{}",
    '{"type":"open"}',
    '{"type":"hello"}',
    '{"type":"sub","log":"r1"}',
    '{"type":"sub","log":"r1","from":{"seq":1}}',
    '{"type":"sub","log":"r1","from":{"tail":-1}}',
    '{"type":"sub","log":"","from":"start"}',
    '{"type":"ack","log":"r1","seq":1e308}',
    '{"type":"ack","log":"r1","seq":1.5}',
    `{"type":"unsub","log":"${"x".repeat(201)}"}`,
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
    expect(parseClientMessage('{"__proto__":{"polluted":1},"type":"unsub","log":"r"}')).toEqual({
      type: "unsub",
      log: "r",
    });
    expect("polluted" in {}).toBe(false);
  });
});

describe("parseServerMessage", () => {
  it.each<ServerMessage>([
    { type: "welcome", server: "windowscope", heartbeatMs: 25_000 },
    { type: "subok", ...position, from: 2 },
    { type: "live", log: "r1", next: 9 },
    { type: "reset", ...position, why: "epoch" },
    { type: "end", log: "r1", next: 9 },
    { type: "err", code: "no_such_log", message: "There is no log r1.", log: "r1" },
    { type: "err", code: "internal", message: "Something broke." },
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
    expect(() => parseServerMessage('{"type":"live","log":"r1"}')).toThrow('"next" has to be a whole number');
  });
});
