import { describe, expect, it } from "vitest";

import { MissingMedia } from "./missing-media.svelte.ts";

const [A, B] = ["/a/image", "/b/image"];

describe("MissingMedia", () => {
  it("knows what did not come, each by its address", () => {
    const missing = new MissingMedia();
    missing.failed(A);

    expect([missing.has(A), missing.has(B), missing.has(undefined)]).toEqual([true, false, false]);
  });

  it("has another try when it is seen again, and no more than a few", () => {
    const missing = new MissingMedia();
    let tries = 0;
    for (let seen = 0; seen < 20; seen++) {
      if (!missing.has(A)) {
        tries++;
        missing.failed(A);
      }
      missing.seenAgain(A);
    }

    expect(tries).toBe(4);
    expect(missing.has(A)).toBe(true);
  });

  it("has another try whenever somebody asks", () => {
    const missing = new MissingMedia();
    for (let press = 0; press < 9; press++) {
      missing.failed(A);
      missing.tryAgain(A);
      expect(missing.has(A)).toBe(false);
    }
  });

  it("begins anew with the connection", () => {
    const missing = new MissingMedia();
    for (const url of [A, A, A, A, A, B]) {
      missing.seenAgain(url);
      missing.failed(url);
    }
    expect([missing.has(A), missing.has(B)]).toEqual([true, true]);

    missing.connected();
    expect([missing.has(A), missing.has(B)]).toEqual([false, false]);
    missing.failed(A);
    missing.seenAgain(A);
    expect(missing.has(A)).toBe(false);
  });
});
