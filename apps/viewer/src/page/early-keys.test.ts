import { describe, expect, it } from "vitest";

import { EarlyKeys } from "./early-keys.ts";

/** There is no keyboard in Node. */
function press(key: string): KeyboardEvent {
  return { key } as KeyboardEvent;
}

describe("EarlyKeys", () => {
  it("hands over in their order the keys that were pressed before, once", () => {
    const keys = new EarlyKeys();
    keys.pressed(press("t"));
    keys.pressed(press("?"));

    expect(keys.take().map(({ key }) => key)).toEqual(["t", "?"]);
    expect(keys.take()).toEqual([]);
  });

  it("keeps nothing of what is pressed once the keyboard has come", () => {
    const keys = new EarlyKeys();
    keys.take();
    keys.pressed(press("t"));

    expect(keys.take()).toEqual([]);
  });

  it("keeps the first 20 where the keyboard never comes", () => {
    const keys = new EarlyKeys();
    for (let i = 0; i < 100; i++) keys.pressed(press(String(i)));

    expect(keys.take().map(({ key }) => key)).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
  });
});
