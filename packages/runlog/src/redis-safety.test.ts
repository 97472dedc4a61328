import { describe, expect, it } from "vitest";

import { findRisks } from "./redis-safety.ts";

/** What a safe Redis answers to INFO, with some fields otherwise. */
function infoWith(fields: Readonly<Record<string, string>>): string {
  const all = {
    redis_version: "7.0.15",
    aof_enabled: "1",
    maxmemory_policy: "noeviction",
    role: "master",
    cluster_enabled: "0",
    ...fields,
  };
  return `# Server\r\n${Object.entries(all)
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join("")}`;
}

describe("findRisks", () => {
  it("finds none in a Redis or Valkey that is set up well", () => {
    expect(findRisks(infoWith({}))).toEqual([]);
    expect(findRisks(infoWith({ redis_version: "7.2.4", server_name: "valkey", valkey_version: "8.1.0" }))).toEqual([]);
    expect(findRisks(infoWith({ redis_version: "8.0.0" }))).toEqual([]);
  });

  it.each([
    [{ redis_version: "6.2.14" }, "use Redis 7 or later"],
    [{ redis_version: "" }, "use Redis 7 or later"],
    [{ aof_enabled: "0" }, 'set "appendonly yes"'],
    [{ maxmemory_policy: "volatile-lru" }, '(volatile-lru): set "maxmemory-policy noeviction"'],
    [{ role: "slave" }, "give the address of its primary"],
    [{ cluster_enabled: "1" }, "use one without"],
  ])("says of %j what to do", (fields, advice) => {
    expect(findRisks(infoWith(fields as Record<string, string>))).toEqual([expect.stringContaining(advice)]);
  });

  it("takes what is not told for unsafe", () => {
    expect(findRisks("")).toHaveLength(3);
  });
});
