import { describe, expect, it } from "vitest";

import { createLog, readableLines } from "./log.ts";
import { createScrubber } from "./scrub.ts";

const SECRETS = ["ei_0123456789abcdef", 'to"ken\\of-sixteen', "p@ss word"];

/** Everything that a log writes. */
function capture(level = "debug") {
  let text = "";
  const log = createLog(level, { secrets: SECRETS, destination: { write: (line) => void (text += line) } });
  return { log, text: () => text, line: () => JSON.parse(text) as Record<string, unknown> };
}

describe("createLog", () => {
  it("writes one JSON object a line, with level, time, message and fields", () => {
    const { log, line } = capture();

    log.with({ requestId: "r1" }).warn("It is slow", { ms: 7 });

    expect(line()).toEqual({
      level: "warn",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      requestId: "r1",
      ms: 7,
      msg: "It is slow",
    });
  });

  it("writes nothing that is less important than its level", () => {
    const { log, text } = capture("warn");

    log.info("quiet");

    expect(text()).toBe("");
  });

  it("writes the stacks of an error and of its causes", () => {
    const { log, text } = capture();

    log.error("It broke", { error: new Error("outer", { cause: new TypeError("inner") }) });

    expect(text()).toContain("outer");
    expect(text()).toContain("TypeError: inner");
  });

  const [key = "", token = "", password = ""] = SECRETS;
  it.each<[string, (log: ReturnType<typeof capture>["log"]) => void]>([
    ["in a message", (log) => log.info(`with ${key} and ${token}`)],
    ["in a field", (log) => log.info("a field", { a: { b: [{ c: token }] }, d: password })],
    ["in a child's field", (log) => log.with({ token }).info("a child")],
    ["in an error's message and stack", (log) => log.error("an error", { error: new Error(`no ${key} ${token}`) })],
    ["in an error's cause", (log) => log.error("an error", { error: new Error("no", { cause: new Error(token) }) })],
    ["in an error's fields", (log) => log.error("an error", { error: Object.assign(new Error("no"), { key, token }) })],
    ["in the name of a field", (log) => log.info("a name", { [key]: 1, [token]: 2 })],
    ["in an address", (log) => log.info(`at redis://user:${encodeURIComponent(password)}@host/0?token=${token}`)],
    ["in quoted JSON", (log) => log.info(JSON.stringify(JSON.stringify({ apiKey: key })))],
  ])("keeps a known secret %s out of its lines", (_where, write) => {
    const { log, text } = capture();

    write(log);

    expect(text()).toContain("[struck out]");
    const spellings = SECRETS.flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
    ]);
    for (const spelling of spellings) expect(text()).not.toContain(spelling);
  });

  it.each([
    ["another API key", "with ei_ffff0000ffff0000", "ei_ffff"],
    ["a ticket", "with wst_abcdefghijklmnopqrstuvwxyz", "wst_abc"],
    ["a session", "with wss_abcdefghijklmnopqrstuvwxyz", "wss_abc"],
    ["a header", { headers: { authorization: "Bearer abcdefgh12345678", cookie: "a=b1", "x-api-key": "kkk" } }, "kkk"],
    ["a cookie", { headers: { cookie: "name=letmein" } }, "letmein"],
    ["a body that is quoted", { body: '{"token":"let me in","ticket":"x"}' }, "let me in"],
    ["a bearer", "sent Bearer abcdefgh12345678", "abcdefgh12345678"],
    ["a password in an address", "at rediss://me:hunter2@host:6379", "hunter2"],
    ["a query", "GET /live?ticket=letmein&x=1", "letmein"],
  ])("strikes out what looks like %s", (_what, given, secret) => {
    const { log, text } = capture();

    if (typeof given === "string") log.info(given);
    else log.info("fields", given);

    expect(text()).toContain("[struck out]");
    expect(text()).not.toContain(secret);
    expect(() => JSON.parse(text()) as unknown).not.toThrow();
  });

  it("takes no longer for lines that are made to be hard", () => {
    const scrub = createScrubber([]);
    const timesMs = [10_000, 100_000].map((length) => {
      const lines = ["a".repeat(length), "\\".repeat(length), `\\"token\\":\\"${"\\".repeat(length)}`];
      const startedMs = performance.now();
      for (const line of lines) scrub(line);
      return performance.now() - startedMs;
    });

    // A hundred times as long, were it to grow with the square of the length.
    expect(timesMs[1]).toBeLessThan(Math.max(50, 40 * (timesMs[0] ?? 0)));
  });

  it.each([
    "EI_API_KEY has to begin with ei_.",
    "Set it to the key (ei_...).",
    "http://127.0.0.1:4700/live",
    "a ticket",
  ])("leaves '%s' as it is", (message) => {
    const { log, line } = capture();

    log.info(message);

    expect(line().msg).toBe(message);
  });
});

describe("readableLines", () => {
  it("writes the time, the message and the fields", () => {
    let text = "";
    const log = createLog("info", { destination: readableLines((line) => void (text += line)) });

    log.info("GET /api/v1/runs", { status: 200, note: "two words" });
    log.error("It broke", { error: new Error("why") });

    const [first, second, third] = text.split("\n");
    expect(first).toMatch(/^\d\d:\d\d:\d\d\.\d{3} server GET \/api\/v1\/runs status=200 note="two words"$/);
    expect(second).toMatch(/ server error: It broke$/);
    expect(third).toBe("Error: why");
  });

  it("lets nobody who is logged steer the terminal, or begin a line of his own", () => {
    let text = "";
    const log = createLog("info", { destination: readableLines((line) => void (text += line)) });

    log.info("GET /\u001b[31m\n12:00 server all is well\u009b", { path: "a\u001b[2Jb" });

    expect(text).toContain("GET /\\u001b[31m\\u000a12:00 server all is well\\u009b");
    expect(text.slice(0, -1)).not.toMatch(/\p{Cc}/u);
  });
});
