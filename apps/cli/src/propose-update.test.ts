import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

const SCRIPT = path.resolve(import.meta.dirname, "../../../.ci/propose-update");
const BRANCH = "api-update";

let folder: string;
/** Where people and the workflow push to. */
let origin: string;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "windowscope-"));
  origin = path.join(folder, "origin");
  await git(folder, "init", "--quiet", "--bare", "--initial-branch=main", origin);
  const clone = await cloned("first", "main");
  await commit(clone, "As it was");
  await git(clone, "push", "--quiet", "origin", "main");
  mkdirSync(path.join(folder, "bin"));
  // Notes what it is asked, and knows of the pull request that the test says is open.
  const gh = `#!/bin/sh\necho "$@" >> "${folder}/asked"\n[ "$1 $2" != "pr list" ] || echo "$OPEN"\n`;
  writeFileSync(path.join(folder, "bin/gh"), gh);
  chmodSync(path.join(folder, "bin/gh"), 0o755);
});

afterEach(() => rmSync(folder, { recursive: true }));

async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)("git", args, { cwd })).stdout.trim();
}

/** A fresh clone, on a branch. */
async function cloned(name: string, branch: string): Promise<string> {
  const clone = path.join(folder, name);
  await git(folder, "clone", "--quiet", origin, clone);
  await git(clone, "switch", "--quiet", branch).catch(() => git(clone, "switch", "--quiet", "--create", branch));
  await git(clone, "config", "user.name", "Somebody");
  await git(clone, "config", "user.email", "somebody@example.com");
  return clone;
}

async function commit(clone: string, text: string): Promise<void> {
  writeFileSync(path.join(clone, "studio.yaml"), text);
  await git(clone, "add", "--all");
  await git(clone, "commit", "--quiet", "--message", text);
}

/** Runs it in a clone whose document has changed. @returns What it asked of GitHub. */
async function propose(name: string, document: string, open = ""): Promise<readonly string[]> {
  const clone = await cloned(name, "main");
  writeFileSync(path.join(clone, "studio.yaml"), document);
  const report = path.join(folder, "report.md");
  writeFileSync(report, "What has changed");
  writeFileSync(path.join(folder, "asked"), "");
  const env = { PATH: `${path.join(folder, "bin")}:${process.env.PATH ?? ""}`, HOME: folder, OPEN: open };
  await promisify(execFile)(SCRIPT, [report], { cwd: clone, env });
  return readFileSync(path.join(folder, "asked"), "utf8").split("\n");
}

describe(".ci/propose-update", () => {
  it("pushes a branch, opens a pull request and starts its checks", async () => {
    const asked = await propose("monday", "new");

    expect(await git(origin, "show", `${BRANCH}:studio.yaml`)).toBe("new");
    expect(asked[1]).toMatch(/^pr create --head api-update --title .* --body-file /);
    expect(asked[2]).toBe("workflow run ci.yml --ref api-update");
  });

  it("replaces what it has proposed before, and describes the open pull request anew", async () => {
    await propose("monday", "new");
    const asked = await propose("next-monday", "newer", "7");

    expect(await git(origin, "show", `${BRANCH}:studio.yaml`)).toBe("newer");
    expect(asked[1]).toMatch(/^pr edit 7 --body-file /);
  });

  it("leaves a branch alone that somebody has worked on", async () => {
    await propose("monday", "new");
    const clone = await cloned("tuesday", BRANCH);
    await commit(clone, "mended");
    await git(clone, "push", "--quiet", "origin", BRANCH);

    await expect(propose("next-monday", "newer", "7")).rejects.toThrow("Somebody has worked on the branch api-update");
    expect(await git(origin, "show", `${BRANCH}:studio.yaml`)).toBe("mended");
  });

  it("does nothing when nothing has changed", async () => {
    expect(await propose("monday", "As it was")).toEqual([""]);
    expect(await git(origin, "branch", "--list", BRANCH)).toBe("");
  });
});
