import { beforeEach, describe, expect, it } from "vitest";

import { RecentAnswers } from "./recent-answers.ts";

const MB = 1024 * 1024;

let recent: RecentAnswers;
let asked: string[];
let nowMs: number;

beforeEach(() => {
  nowMs = 1_000;
  recent = new RecentAnswers(() => nowMs);
  asked = [];
});

function get(key: string, bytes = 1): Promise<string> {
  const load = async () => {
    asked.push(key);
    return `answer to ${key}`;
  };
  return recent.get(key, load, () => bytes);
}

describe("RecentAnswers.get", () => {
  it("asks once for what is wanted again, also while the answer is under way", async () => {
    const both = await Promise.all([get("a"), get("a")]);
    const later = await get("a");

    expect([...both, later]).toEqual(Array(3).fill("answer to a"));
    expect(asked).toEqual(["a"]);
  });

  it("asks again after a minute", async () => {
    await get("a");
    nowMs += 61_000;
    await get("a");

    expect(asked).toEqual(["a", "a"]);
  });

  it("forgets what was not wanted for longest when there is no room, and never keeps what has none at all", async () => {
    for (const key of ["a", "b", "a", "c"]) await get(key, 30 * MB);
    expect(await get("huge", 65 * MB)).toBe("answer to huge");
    for (const key of ["a", "c", "b", "huge"]) await get(key, 30 * MB);

    expect(asked).toEqual(["a", "b", "c", "huge", "b", "huge"]);
  });

  it("keeps no failure", async () => {
    const failing = recent.get(
      "a",
      () => Promise.reject(new Error("gone")),
      () => 1,
    );

    await expect(failing).rejects.toThrow("gone");
    expect(await get("a")).toBe("answer to a");
  });
});
