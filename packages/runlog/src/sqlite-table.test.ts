import Database from "libsql";
import { describe, expect, it } from "vitest";

import { LIST, LogTable, migrate } from "./sqlite-table.ts";

function planOf(database: Database.Database, statement: string): string {
  const rows = database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all([9, "run-", 9]) as { readonly detail: string }[];
  return rows.map(({ detail }) => detail).join("\n");
}

describe("LogTable.list", () => {
  it.each(["a new file", "a file of an earlier version"])(
    "finds the open logs of %s without a look at others",
    (file) => {
      const database = new Database(":memory:");
      migrate(database, file);
      if (file !== "a new file") {
        database.exec("DROP INDEX open_log; PRAGMA user_version = 1");
        migrate(database, file);
      }

      expect(planOf(database, LIST.open)).toContain("USING INDEX open_log");
      database.close();
    },
  );

  it("lists those that were opened again, and no longer those that were sealed", () => {
    const database = new Database(":memory:");
    migrate(database, "new");
    const table = new LogTable(database);
    for (const log of ["a", "b", "c"]) table.create(log);
    for (const log of ["b", "c"]) table.append({ log, at: 0, entries: [], seal: true });
    table.restart(table.need("b"));

    const open = table.list({ prefix: "", isSealed: false, limit: 9 });

    expect(open.map(({ log }) => log)).toEqual(["b", "a"]);
    database.close();
  });
});
