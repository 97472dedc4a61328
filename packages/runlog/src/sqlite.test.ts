import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

import { afterAll, describe, expect, it } from "vitest";

import { describeRunLog } from "./contract.ts";
import { openSqliteRunLog, RunLogInUseError } from "./sqlite.ts";

const folder = mkdtempSync(path.join(tmpdir(), "windowscope-runlog-"));
let files = 0;

function newFile(): string {
  return path.join(folder, `${++files}.db`);
}

afterAll(() => rmSync(folder, { recursive: true }));

describeRunLog("openSqliteRunLog", async () => openSqliteRunLog(newFile()));

/** Runs code with `openSqliteRunLog` and `file` at hand in a process of its own. */
function startProcess(file: string, code: string) {
  const program = `
    import { openSqliteRunLog } from ${JSON.stringify(path.join(import.meta.dirname, "sqlite.ts"))};
    const file = ${JSON.stringify(file)};
    ${code}
  `;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.stdout.setEncoding("utf8");
  return child;
}

describe("openSqliteRunLog", () => {
  it("refuses a file that another process has open, and says what to do", async () => {
    const file = newFile();
    const holder = openSqliteRunLog(file);

    const { stdout } = startProcess(
      file,
      "try { openSqliteRunLog(file) } catch (error) { console.log(String(error)) }",
    );

    expect(await text(stdout)).toMatch(/RunLogInUseError: .*set WINDOWSCOPE_DATA_DIR to another folder/);
    expect(() => openSqliteRunLog(file)).toThrow(RunLogInUseError);
    await holder.close();
  });

  it("keeps every acknowledged entry, and no torn one, when the process is killed", async () => {
    const file = newFile();
    const child = startProcess(
      file,
      `const logs = openSqliteRunLog(file);
       await logs.open("a");
       for (let at = 0; ; at++) {
         await logs.append([{ log: "a", at, entries: [new Uint8Array(1000).fill(at)] }]);
         process.stdout.write(at + "\\n");
         await new Promise(setImmediate);
       }`,
    );
    let printed = "";
    for await (const chunk of child.stdout) {
      printed += String(chunk);
      if (printed.split("\n").length > 50) child.kill("SIGKILL");
    }
    await once(child, "close");
    const acknowledged = Number(printed.slice(0, printed.lastIndexOf("\n")).split("\n").at(-1));

    const logs = openSqliteRunLog(file);
    const state = await logs.stat("a");
    const slice = await logs.read("a", { epoch: state?.epoch ?? "", from: 0, maxBytes: 1e9 });

    expect(state?.next).toBeGreaterThan(acknowledged);
    if (slice.type !== "slice") throw new Error("reset");
    expect(slice.bytes.length).toBe(1000 * (state?.next ?? 0));
    for (let i = 0; i < slice.next; i++) expect(slice.bytes[i * 1000 + 999]).toBe(i % 256);
    await logs.close();
  });
});
