import { Hono } from "hono";
import { describe, expect, it } from "vitest";

import { serveRanges } from "./ranges.ts";

const app = new Hono();
app.use(serveRanges);
app.get("/file", (c) => c.body("0123456789", 200, { "accept-ranges": "bytes", "content-type": "audio/wav" }));
app.get("/other", (c) => c.text("0123456789"));

describe("serveRanges", () => {
  it.each([
    { range: "bytes=2-4", part: "234", says: "bytes 2-4/10" },
    { range: "bytes=7-", part: "789", says: "bytes 7-9/10" },
    { range: "bytes=-2", part: "89", says: "bytes 8-9/10" },
    { range: "bytes=8-99", part: "89", says: "bytes 8-9/10" },
    { range: "bytes=-99", part: "0123456789", says: "bytes 0-9/10" },
  ])("answers $range with that part", async ({ range, part, says }) => {
    const response = await app.request("/file", { headers: { range } });

    expect(response.status).toBe(206);
    expect(response.headers.get("content-range")).toBe(says);
    expect(response.headers.get("content-type")).toBe("audio/wav");
    expect(await response.text()).toBe(part);
  });

  it.each(["bytes=10-", "bytes=5-3", "bytes=-", "bytes=-0"])("answers 416 for %s, where nothing is", async (range) => {
    const response = await app.request("/file", { headers: { range } });

    expect(response.status).toBe(416);
    expect(response.headers.get("content-range")).toBe("bytes */10");
  });

  it("answers the whole without a range, for several, and where ranges are not offered", async () => {
    for (const [route, headers] of [
      ["/file", {}],
      ["/file", { range: "bytes=0-1,3-4" }],
      ["/other", { range: "bytes=0-1" }],
    ] as const) {
      const response = await app.request(route, { headers });

      expect(response.status).toBe(200);
      expect(await response.text()).toBe("0123456789");
    }
  });
});
