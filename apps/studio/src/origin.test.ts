import { describe, expect, it } from "vitest";

import { isWelcomeOrigin } from "./origin.ts";

describe("isWelcomeOrigin", () => {
  it.each([
    { origin: undefined, host: "127.0.0.1:4802", isWelcome: true },
    { origin: "http://localhost:3000", host: "127.0.0.1:4802", isWelcome: true },
    { origin: "http://[::1]:3000", host: "127.0.0.1:4802", isWelcome: true },
    { origin: "http://192.168.1.5:4800", host: "192.168.1.5:4802", isWelcome: true },
    { origin: "http://192.168.1.6:4800", host: "192.168.1.5:4802", isWelcome: false },
    { origin: "https://evil.example", host: "127.0.0.1:4802", isWelcome: false },
    { origin: "http://evil.example", host: "evil.example:4802", isWelcome: false },
    { origin: "http://localhost.evil.example", host: "127.0.0.1:4802", isWelcome: false },
    { origin: "null", host: "127.0.0.1:4802", isWelcome: false },
    { origin: "http://x", host: "not a host", isWelcome: false },
  ])("of a page at $origin that asks for $host is $isWelcome", ({ origin, host, isWelcome }) => {
    expect(isWelcomeOrigin({ headers: { origin, host } })).toBe(isWelcome);
  });
});
