import path from "node:path";

import { describe, expect, it } from "vitest";

import { ConfigError, readConfig } from "./config.ts";

describe("readConfig", () => {
  it("has a default for everything but the key", () => {
    expect(readConfig({ EI_API_KEY: "ei_1" })).toEqual({
      apiKey: "ei_1",
      studioUrl: "https://studio.edgeimpulse.com",
      host: "127.0.0.1",
      port: 4700,
      dataDir: path.resolve(".windowscope"),
      runLog: "sqlite",
      categories: ["testing"],
    });
  });

  it("takes what the environment says", () => {
    const config = readConfig({
      EI_API_KEY: "ei_1",
      EI_STUDIO_URL: "http://localhost:4800",
      WINDOWSCOPE_PORT: "0",
      WINDOWSCOPE_HOST: "::1",
      WINDOWSCOPE_DATA_DIR: "/data",
      WINDOWSCOPE_RUNLOG: "memory",
      WINDOWSCOPE_CATEGORIES: "testing, training,testing",
    });

    expect(config).toMatchObject({
      port: 0,
      host: "::1",
      dataDir: "/data",
      runLog: "memory",
      categories: ["testing", "training"],
    });
    expect(readConfig({ EI_API_KEY: "ei_1", WINDOWSCOPE_CATEGORIES: "none" }).categories).toEqual([]);
  });

  it.each([
    { EI_API_KEY: undefined },
    { EI_API_KEY: "secret" },
    { EI_STUDIO_URL: "studio" },
    { EI_STUDIO_URL: "ftp://studio" },
    { WINDOWSCOPE_PORT: "eighty" },
    { WINDOWSCOPE_PORT: "65536" },
    { WINDOWSCOPE_HOST: "0.0.0.0" },
    { WINDOWSCOPE_RUNLOG: "redis://here" },
    { WINDOWSCOPE_CATEGORIES: "test" },
  ])("names the variable in $0", (env) => {
    const read = () => readConfig({ EI_API_KEY: "ei_1", ...env });

    expect(read).toThrow(ConfigError);
    expect(read).toThrow(Object.keys(env)[0]);
  });

  it("keeps a wrong key out of the message", () => {
    expect(() => readConfig({ EI_API_KEY: "pasted-secret" })).not.toThrow("pasted-secret");
  });
});
