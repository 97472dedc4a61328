import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

import Database from "libsql";
import { afterAll, describe, expect, it } from "vitest";

import { bytes, readAll } from "./contract-reading.ts";
import { describeRunLog } from "./contract.ts";
import { RunLogWriteError, type RunLog } from "./run-log.ts";
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
    const next = (await logs.stat("a"))?.next ?? 0;

    expect(next).toBeGreaterThan(acknowledged);
    for (let from = 0; from < next;) {
      const slice = await readAll(logs, "a", from);
      expect(slice.bytes.length).toBe(1000 * (slice.next - from));
      for (let i = from; i < slice.next; i++) expect(slice.bytes[(i - from) * 1000 + 999]).toBe(i % 256);
      from = slice.next;
    }
    await logs.close();
  });

  it("brings a file of the first version up to date, and keeps what is in it", async () => {
    const file = newFile();
    const old = new Database(file);
    old.exec(`
      CREATE TABLE log (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        epoch TEXT NOT NULL,
        first INTEGER NOT NULL DEFAULT 0,
        next INTEGER NOT NULL DEFAULT 0,
        is_sealed INTEGER NOT NULL DEFAULT 0,
        meta TEXT
      );
      CREATE TABLE entry (
        id INTEGER PRIMARY KEY,
        log INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        UNIQUE (log, seq)
      );
      INSERT INTO log (name, epoch, next, is_sealed, meta) VALUES ('a', 'old', 2, 1, 'about a'), ('b', 'old', 0, 0, NULL);
      INSERT INTO entry (log, seq, bytes) VALUES (1, 0, x'0102'), (1, 1, x'03');
    `);
    old.close();
    const openedAtMs = Date.now();

    const logs = openSqliteRunLog(file);
    const state = await logs.stat("a");
    const slice = await readAll(logs, "a");
    await logs.append([{ log: "b", at: 0, entries: [bytes(4)] }]);

    expect(state).toMatchObject({ number: 1, epoch: "old", next: 2, isSealed: true, meta: "about a", bytes: 3 });
    expect(state?.createdAtMs).toBeGreaterThanOrEqual(openedAtMs);
    expect([...slice.bytes]).toEqual([1, 2, 3]);
    expect(await logs.stat("b")).toMatchObject({ next: 1, bytes: 1 });
    await logs.close();
  });

  it("refuses a file that a later version has written, and leaves it alone", () => {
    const file = newFile();
    const later = new Database(file);
    later.exec("PRAGMA user_version = 99");
    later.close();

    expect(() => openSqliteRunLog(file)).toThrow("was written by a later version of Windowscope");
  });

  it("refuses a file that is not of SQLite, and one that it cannot open", () => {
    const garbage = newFile();
    writeFileSync(garbage, "no database ".repeat(1_000));

    expect(() => openSqliteRunLog(garbage)).toThrow(RunLogWriteError);
    expect(() => openSqliteRunLog(path.join(folder, "missing", "log.db"))).toThrow("Unable to open");
    expect(readFileSync(garbage, "utf8")).toBe("no database ".repeat(1_000));
  });

  it("stores appends that come at once in one go", async () => {
    async function bytesWritten(write: (logs: RunLog) => Promise<void>): Promise<number> {
      const file = newFile();
      const logs = openSqliteRunLog(file);
      await logs.open("a");
      const before = statSync(`${file}-wal`).size;
      await write(logs);
      const written = statSync(`${file}-wal`).size - before;
      expect(await logs.stat("a")).toMatchObject({ next: 64 });
      await logs.close();
      return written;
    }
    const appendOne = (logs: RunLog, at: number) => logs.append([{ log: "a", at, entries: [bytes(at)] }]);
    const positions = Array.from({ length: 64 }, (_, at) => at);

    const apart = await bytesWritten(async (logs) => {
      for (const at of positions) await appendOne(logs, at);
    });
    const together = await bytesWritten(async (logs) => {
      await Promise.all(positions.map((at) => appendOne(logs, at)));
    });

    // Each go writes the same few pages again.
    expect(together).toBeLessThan(apart / 32);
  });

  it("goes back to the last whole commit when the end of its journal is cut off or garbled", async () => {
    const file = newFile();
    const child = startProcess(
      file,
      `const logs = openSqliteRunLog(file);
       await logs.open("a");
       for (let at = 0; at < 50; at++) await logs.append([{ log: "a", at, entries: [new Uint8Array(1000).fill(at)] }]);
       process.stdout.write("done");
       setInterval(() => undefined, 1000);`,
    );
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "close");
    const journal = readFileSync(`${file}-wal`);

    async function countAfter(damaged: Buffer): Promise<number> {
      const copy = newFile();
      copyFileSync(file, copy);
      writeFileSync(`${copy}-wal`, damaged);
      const logs = openSqliteRunLog(copy);
      const { next } = await logs.open("a");
      const slice = await readAll(logs, "a");
      expect(slice.bytes.length).toBe(1000 * next);
      for (let i = 0; i < next; i++) expect(slice.bytes[i * 1000 + 999]).toBe(i);
      await logs.append([{ log: "a", at: next, entries: [bytes(1)] }]);
      await logs.close();
      return next;
    }
    const garbled = Buffer.from(journal);
    garbled.fill(0xff, garbled.length - 100);

    expect(await countAfter(journal)).toBe(50);
    expect(await countAfter(journal.subarray(0, -1))).toBe(49);
    expect(await countAfter(garbled)).toBe(49);
    const half = await countAfter(journal.subarray(0, journal.length / 2));
    expect(half).toBeGreaterThan(10);
    expect(half).toBeLessThan(40);
  });

  it("says when it cannot write, keeps what it has, and goes on once it can", async () => {
    // No file of this process can grow beyond 500 kB, until it may.
    const child = startProcess(
      newFile(),
      `import { execFileSync } from "node:child_process";
       process.on("SIGXFSZ", () => undefined);
       const limit = (size) => execFileSync("prlimit", ["--pid", String(process.pid), "--fsize=" + size + ":unlimited"]);
       const logs = openSqliteRunLog(file);
       await logs.open("a");
       await logs.open("b");
       limit(500_000);
       const entry = (at) => new Uint8Array(10_000).fill(at);
       let stored = 0;
       let failure;
       while (!failure) {
         const appends = ["a", "b"].map((log) => logs.append([{ log, at: stored, entries: [entry(stored)] }]));
         const outcomes = await Promise.allSettled(appends);
         failure = outcomes.find(({ status }) => status === "rejected")?.reason;
         if (outcomes.every(({ status }) => status === "fulfilled")) stored++;
       }
       const during = { a: await logs.stat("a"), b: await logs.stat("b") };
       const slice = await logs.read("a", { epoch: during.a.epoch, from: 0, maxBytes: 1e9 });
       limit("unlimited");
       await logs.append([{ log: "a", at: stored, entries: [entry(stored)] }]);
       console.log(JSON.stringify({
         stored, error: failure.name, message: failure.message, cause: failure.cause.code,
         during: [during.a.next, during.b.next], readable: slice.bytes.length, after: (await logs.stat("a")).next,
       }));`,
    );

    const seen = JSON.parse(await text(child.stdout)) as Record<string, unknown>;
    const stored = Number(seen["stored"]);

    expect(stored).toBeGreaterThan(5);
    expect(seen).toMatchObject({
      error: "RunLogWriteError",
      message: expect.stringContaining("Cannot write to") as string,
      cause: expect.stringMatching(/^SQLITE_(IOERR|FULL)/) as string,
      during: [stored, stored],
      readable: stored * 10_000,
      after: stored + 1,
    });
  });

  const disk = mountSmallDisk();

  it.skipIf(!disk)("survives a full disk (skipped where a small one cannot be mounted)", async () => {
    const place = disk ?? "";
    const logs = openSqliteRunLog(path.join(place, "log.db"));
    await logs.open("a");
    await logs.append([{ log: "a", at: 0, entries: [bytes(1)] }]);
    const filler = path.join(place, "filler");
    writeFileSync(filler, Buffer.alloc(1_000_000));

    const large = logs.append([{ log: "a", at: 1, entries: [new Uint8Array(1_500_000)], meta: "changed", seal: true }]);

    await expect(large).rejects.toThrow(RunLogWriteError);
    await expect(logs.open("b".repeat(2_000_000))).rejects.toThrow(RunLogWriteError);
    expect(await logs.stat("a")).toMatchObject({ next: 1, meta: undefined, isSealed: false, bytes: 1 });
    expect([...(await readAll(logs, "a")).bytes]).toEqual([1]);
    rmSync(filler);
    await logs.append([{ log: "a", at: 1, entries: [bytes(2)] }]);
    expect([...(await readAll(logs, "a")).bytes]).toEqual([1, 2]);
    await logs.close();
  });
});

/** A disk of 2 MB, for those who may mount one. */
function mountSmallDisk(): string | undefined {
  const place = mkdtempSync(path.join(folder, "disk-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", place]);
  if (status !== 0) return undefined;
  // Lazily, since libsql lets go of its file at some later time.
  afterAll(() => void spawnSync("umount", ["--lazy", place]));
  return place;
}
