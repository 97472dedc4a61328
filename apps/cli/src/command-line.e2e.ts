/** What the program says when it does not start anything. */
import { readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { startProgram } from "./harness.ts";

const CLI = path.resolve(import.meta.dirname, "..");

async function run(args: readonly string[], nodeArgs: readonly string[] = []) {
  const program = startProgram(args, {}, [process.execPath, ...nodeArgs, path.join(CLI, "bin.mjs")]);
  return { code: await program.exits(), output: program.output() };
}

describe("windowscope", () => {
  it("says its version, which is that of its package", async () => {
    const { version } = JSON.parse(readFileSync(path.join(CLI, "package.json"), "utf8")) as { version: string };

    expect(await run(["--version"])).toEqual({ code: 0, output: `${version}\n` });
  });

  it.each(["--help", "-h", "help", "start --help"])('explains itself when asked by "%s"', async (line) => {
    const { code, output } = await run(line.split(" "));

    expect(output).toMatch(/^windowscope start .*^windowscope-studio --help /ms);
    expect(code).toBe(0);
  });

  it.each(["", "foo", "start --port 80", "studio foo", "studio import"])('does nothing for "%s"', async (line) => {
    const { code, output } = await run(line.split(" ").filter(Boolean));

    expect(output).toContain(line === "" ? "windowscope start" : `There is no "windowscope ${line}".`);
    expect(code).toBe(2);
  });

  it("says which Node it needs before it loads what an older one cannot read", async () => {
    const pretend = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.18.3" } })`;

    const { code, output } = await run(["start"], ["--import", `data:text/javascript,${encodeURIComponent(pretend)}`]);

    expect(output).toBe("Windowscope needs Node 20.19 or newer; this is 20.18.3.\n");
    expect(code).toBe(1);
  });

  it("says that SQLite's binary is missing, where npm has left it out", async () => {
    const away = `import { Module } from "node:module";
      const { _resolveFilename: resolve } = Module;
      Module._resolveFilename = (name, ...rest) => {
        if (!name.startsWith("@libsql/")) return resolve(name, ...rest);
        throw Object.assign(new Error(\`Cannot find module '\${name}'\`), { code: "MODULE_NOT_FOUND" });
      };`;

    const { code, output } = await run(["studio"], ["--import", `data:text/javascript,${encodeURIComponent(away)}`]);

    expect(output).toMatch(/^SQLite is missing for \w+ on \w+\. .*\n$/);
    expect(code).toBe(1);
  });
});
