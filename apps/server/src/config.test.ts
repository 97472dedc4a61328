import { readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { ConfigError, readConfig, secretsOf, SETTINGS } from "./config.ts";

const TOKEN = "0123456789abcdef";

describe("readConfig", () => {
  it("has a default for everything but the key", () => {
    expect(readConfig({ EI_API_KEY: "ei_1" })).toEqual({
      apiKey: "ei_1",
      studioUrl: "https://studio.edgeimpulse.com",
      ingestionUrl: "https://ingestion.edgeimpulse.com",
      host: "127.0.0.1",
      port: 4700,
      dataDir: path.resolve(".windowscope"),
      runLog: "sqlite",
      categories: ["testing"],
      accessToken: undefined,
      allowedHosts: [],
      allowedOrigins: [],
      frameAncestors: [],
      trustedProxies: [],
      logLevel: "info",
      retentionDays: 30,
      retentionMb: 10_000,
    });
  });

  it("takes what the environment says", () => {
    const config = readConfig({
      EI_API_KEY: "ei_1",
      EI_STUDIO_URL: "http://localhost:4800",
      WINDOWSCOPE_PORT: "0",
      WINDOWSCOPE_HOST: "0.0.0.0",
      WINDOWSCOPE_DATA_DIR: "/data",
      WINDOWSCOPE_RUNLOG: "memory",
      WINDOWSCOPE_CATEGORIES: "testing, training,testing",
      WINDOWSCOPE_ACCESS_TOKEN: TOKEN,
      WINDOWSCOPE_ALLOWED_HOSTS: "Scope.Example, scope.example:8443,[fd00::1]",
      WINDOWSCOPE_ALLOWED_ORIGINS: "https://scope.example/,HTTPS://scope.example:8443",
      WINDOWSCOPE_FRAME_ANCESTORS: "https://board.example, http://localhost:3000",
      WINDOWSCOPE_TRUSTED_PROXIES: "127.0.0.1, 10.0.0.0/8,::1",
      WINDOWSCOPE_LOG_LEVEL: "debug",
      WINDOWSCOPE_RETENTION_DAYS: "0",
      WINDOWSCOPE_RETENTION_MB: "500",
    });

    expect(config).toMatchObject({
      port: 0,
      host: "0.0.0.0",
      dataDir: "/data",
      runLog: "memory",
      categories: ["testing", "training"],
      accessToken: TOKEN,
      allowedHosts: ["scope.example", "scope.example:8443", "[fd00::1]"],
      allowedOrigins: ["https://scope.example", "https://scope.example:8443"],
      frameAncestors: ["https://board.example", "http://localhost:3000"],
      trustedProxies: ["127.0.0.1", "10.0.0.0/8", "::1"],
      logLevel: "debug",
      retentionDays: 0,
      retentionMb: 500,
    });
    expect(readConfig({ EI_API_KEY: "ei_1", WINDOWSCOPE_CATEGORIES: "none" }).categories).toEqual([]);
  });

  it.each(["redis://localhost", "redis://localhost:6379/2", "rediss://user:p%40ss@redis.example:6380"])(
    "takes %s for the run log",
    (redisUrl) => {
      expect(readConfig({ EI_API_KEY: "ei_1", WINDOWSCOPE_RUNLOG: redisUrl }).runLog).toEqual({ redisUrl });
    },
  );

  it("sends recordings to the cloud only where Studio is the cloud's, unless it is told to", () => {
    const local = { EI_API_KEY: "ei_1", EI_STUDIO_URL: "http://127.0.0.1:4800" };

    expect(readConfig(local).ingestionUrl).toBeUndefined();
    expect(readConfig({ ...local, EI_INGESTION_URL: "http://127.0.0.1:4810" }).ingestionUrl).toBe(
      "http://127.0.0.1:4810",
    );
    const cloud = { EI_API_KEY: "ei_1", EI_STUDIO_URL: "https://studio.edgeimpulse.com/v1" };
    expect(readConfig(cloud).ingestionUrl).toBe("https://ingestion.edgeimpulse.com");
  });

  it.each([
    { EI_API_KEY: undefined },
    { EI_API_KEY: "secret" },
    { EI_API_KEY: "ei_" },
    { EI_API_KEY: "ei_1 # of the demo project" },
    { EI_API_KEY: "ei_1\u2028" },
    { EI_STUDIO_URL: "studio" },
    { EI_STUDIO_URL: "ftp://studio" },
    { EI_INGESTION_URL: "ingestion" },
    { EI_INGESTION_URL: "http://ingestion/?to=here" },
    { EI_STUDIO_URL: "http://name:password@studio" },
    { WINDOWSCOPE_PORT: "eighty" },
    { WINDOWSCOPE_PORT: "65536" },
    { WINDOWSCOPE_HOST: "http://here" },
    { WINDOWSCOPE_RUNLOG: "postgres://here" },
    { WINDOWSCOPE_RUNLOG: "redis://" },
    { WINDOWSCOPE_RUNLOG: "redis://host/name" },
    { WINDOWSCOPE_RUNLOG: "redis://:100%@host" },
    { WINDOWSCOPE_RUNLOG: "redis://:%FF@host" },
    { WINDOWSCOPE_RUNLOG: "redis://%FF:password@host" },
    { WINDOWSCOPE_CATEGORIES: "test" },
    { WINDOWSCOPE_ACCESS_TOKEN: "fifteen_letters" },
    { WINDOWSCOPE_ACCESS_TOKEN: "sixteen letters " },
    { WINDOWSCOPE_ACCESS_TOKEN: "sechzehn_zeichenß" },
    { WINDOWSCOPE_ALLOWED_HOSTS: "https://scope.example" },
    { WINDOWSCOPE_ALLOWED_HOSTS: "*" },
    { WINDOWSCOPE_ALLOWED_ORIGINS: "scope.example" },
    { WINDOWSCOPE_ALLOWED_ORIGINS: "https://scope.example/page" },
    { WINDOWSCOPE_ALLOWED_ORIGINS: "null" },
    { WINDOWSCOPE_FRAME_ANCESTORS: "*" },
    { WINDOWSCOPE_FRAME_ANCESTORS: "'self'" },
    { WINDOWSCOPE_FRAME_ANCESTORS: "https://*.example" },
    { WINDOWSCOPE_FRAME_ANCESTORS: "https://board.example; script-src *" },
    { WINDOWSCOPE_TRUSTED_PROXIES: "proxy" },
    { WINDOWSCOPE_TRUSTED_PROXIES: "10.0.0.0/33" },
    { WINDOWSCOPE_TRUSTED_PROXIES: "10.0.0.0/8/9" },
    { WINDOWSCOPE_LOG_LEVEL: "loud" },
    { WINDOWSCOPE_RETENTION_DAYS: "a month" },
    { WINDOWSCOPE_RETENTION_MB: "-1" },
  ])("names the variable in %o", (env) => {
    const read = () => readConfig({ EI_API_KEY: "ei_1", ...env });

    expect(read).toThrow(ConfigError);
    expect(read).toThrow(Object.keys(env)[0]);
  });

  it.each(["0.0.0.0", "::", "192.168.1.7", "scope.example"])("wants an access token to listen on %s", (host) => {
    const env = { EI_API_KEY: "ei_1", WINDOWSCOPE_HOST: host };

    expect(() => readConfig(env)).toThrow("WINDOWSCOPE_ACCESS_TOKEN is not set");
    expect(readConfig({ ...env, WINDOWSCOPE_ACCESS_TOKEN: TOKEN }).accessToken).toBe(TOKEN);
  });

  it.each([
    { EI_API_KEY: "pasted-secret" },
    { EI_API_KEY: "ei_pasted-secret with a slip" },
    { EI_STUDIO_URL: "https://name:pasted-secret@studio.example" },
    { EI_STUDIO_URL: "ftp://name:pasted-secret@studio.example" },
    { EI_INGESTION_URL: "https://pasted-secret@ingestion.example" },
    { WINDOWSCOPE_ACCESS_TOKEN: "pasted-secret" },
    { WINDOWSCOPE_RUNLOG: "redis://:pasted-secret@host/name" },
    { WINDOWSCOPE_RUNLOG: "redsi://:pasted-secret@host" },
  ])("keeps the secret in %o out of the message", (env) => {
    expect(() => readConfig({ EI_API_KEY: "ei_1", ...env })).toThrow(ConfigError);
    expect(() => readConfig({ EI_API_KEY: "ei_1", ...env })).not.toThrow("pasted-secret");
  });
});

describe("secretsOf", () => {
  it("has the key, the token, and the password of Redis as it is written and as it is meant", () => {
    const config = readConfig({
      EI_API_KEY: "ei_1",
      WINDOWSCOPE_ACCESS_TOKEN: TOKEN,
      WINDOWSCOPE_RUNLOG: "redis://:p%40ss@host",
    });

    expect(secretsOf(config)).toEqual(expect.arrayContaining(["ei_1", TOKEN, "p%40ss", "p@ss"]));
    expect(secretsOf(readConfig({ EI_API_KEY: "ei_1" }))).toEqual(["ei_1"]);
  });
});

describe("docs/OPERATIONS.md", () => {
  it("lists exactly the variables that the server reads, with their defaults", () => {
    const text = readFileSync(path.resolve(import.meta.dirname, "../../../docs/OPERATIONS.md"), "utf8");
    // Those of the local Studio are the program's, which starts one.
    const rows = [...text.matchAll(/^\| `([A-Z_]+)` +\| (?:`([^`]*)`)?(?!.*\| Of the local Studio: )/gm)];

    expect(Object.fromEntries(rows.map(([, name, value = ""]) => [name, value]))).toEqual(SETTINGS);
  });
});
