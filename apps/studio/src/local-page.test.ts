import { request } from "node:http";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createLocalStudio, type LocalStudioServer } from "./create-local-studio.ts";
import { localPage, type PageFacts } from "./local-page.ts";
import type { Project } from "./projects.ts";

let studio: LocalStudioServer;
beforeAll(async () => {
  studio = await createLocalStudio();
});
afterAll(() => studio.close());

/** Unlike `fetch`, lets the caller say which host is meant. */
function get(host?: string): Promise<{ status: number | undefined; policy: string; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(studio.url, { headers: host === undefined ? {} : { host } }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => {
        const policy = String(response.headers["content-security-policy"]);
        resolve({ status: response.statusCode, policy, text });
      });
    });
    asked.on("error", reject).end();
  });
}

const facts: PageFacts = {
  url: "http://127.0.0.1:4800",
  ingestionUrl: "http://127.0.0.1:4810",
  devicesUrl: "ws://127.0.0.1:4802",
  project: { id: 1, name: "<script>alert(1)</script>", description: "" } as Project,
  samples: [{ category: "testing", label: "<b>", count: 3 }],
  impulse: undefined,
  connected: [],
  keyHint: "ei_abc",
  keyFile: "/home/me/my data/studio-key",
  operations: ["listProjects"],
};

async function render(changes: Partial<PageFacts> = {}): Promise<string> {
  const response = await localPage(() => ({ ...facts, ...changes })).request("/", { headers: { host: "localhost" } });
  return response.text();
}

describe("GET /", () => {
  it("says where everything is and how the key begins, and never the key", async () => {
    const { status, text } = await get();

    expect(status).toBe(200);
    expect(text).toContain(studio.ingestionUrl);
    expect(text).toContain(studio.devicesUrl);
    expect(text).toContain(`<code>${studio.apiKey.slice(0, 6)}</code>`);
    expect(text).not.toContain(studio.apiKey.slice(0, 7));
  });

  it("allows its own style and nothing else", async () => {
    const { policy, text } = await get();

    const [, style = ""] = /<style>(.*?)<\/style>/s.exec(text) ?? [];
    const hash = Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from(style))).toString("base64");
    expect(policy).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
    expect(text).not.toMatch(/<script|<img|<link|style=/);
  });

  it.each(["localhost:4800", "127.0.0.1", "[::1]:4800"])("answers a browser that asks for %s", async (host) => {
    expect((await get(host)).status).toBe(200);
  });

  it("refuses a browser that was sent here under a foreign name", async () => {
    expect((await get("evil.example")).status).toBe(403);
  });

  it.each(["127.0.0.1.evil.example:4800", "evil.example#localhost", "localhost.evil.example", "", "["])(
    "refuses the host %j",
    async (host) => {
      const response = await localPage(() => facts).request("/", { headers: { host } });

      expect(response.status).toBe(403);
      expect(await response.text()).not.toContain(facts.keyHint);
    },
  );

  it("shows names as text, whatever is in them", async () => {
    const page = await render();

    expect(page).toContain("&lt;script&gt;alert(1)");
    expect(page).not.toContain("<script>");
    expect(page).toContain("&lt;b&gt;");
  });

  it("shows commands for Edge Impulse's tools on the ports that they know, and no others", async () => {
    const command = "EI_HOST=localhost edge-impulse-daemon --api-key $(cat &#39;/home/me/my data/studio-key&#39;)";

    expect(await render()).toContain(command);
    expect(await render({ url: "http://127.0.0.1:4900" })).not.toContain("EI_HOST");
  });

  it("lists the operations that are served", async () => {
    expect(await render()).toContain("<code>/v1/api/projects</code>");
  });
});
