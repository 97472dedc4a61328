import { createInterface } from "node:readline/promises";

import { keepKey } from "../key.ts";
import { createDataDir, keySettingOf } from "../settings.ts";
import { ProgramError, UsageError } from "./program-error.ts";
import type { StudioConnection } from "./studio-connection.ts";

type Env = Readonly<Record<string, string | undefined>>;
type Print = (line: string) => void;

/** Creates one more project, and prints its key this once. */
export async function createProject(studio: StudioConnection, name: string, print: Print): Promise<void> {
  const { projectId, apiKey } = await studio.call<{ projectId: number; apiKey: string }>(
    "POST",
    "/windowscope/projects",
    { name },
  );
  print(`Project  ${projectId} "${name}"`);
  print(`Key      ${apiKey}`);
  print("\nNote the key down: only its hash is stored. With WINDOWSCOPE_STUDIO_KEY set to it, every command works on");
  print("this project.");
}

/** The key of the data folder's project, or whichever the environment gives. */
export function readKey(env: Env): string {
  return keySettingOf(env, createDataDir(env)).apiKey;
}

/**
 * Makes another key for the data folder's project, and the old one invalid.
 *
 * @throws {ProgramError} when the environment gives the key.
 */
export async function replaceKey(studio: StudioConnection, env: Env, print: Print): Promise<void> {
  refuseKeyOfEnvironment(env);
  const { apiKey } = await studio.call<{ apiKey: string }>("POST", "/windowscope/project/key");
  // First of all said: it is the only one now, also when it cannot be kept.
  print(apiKey);
  keepKey(createDataDir(env), apiKey);
}

/** @throws {ProgramError} when the environment gives the key: the program cannot change it there. */
export function refuseKeyOfEnvironment(env: Env): void {
  if (env.WINDOWSCOPE_STUDIO_KEY) {
    throw new ProgramError("WINDOWSCOPE_STUDIO_KEY gives the key. Set it to another one, and start the Studio again.");
  }
}

/** Deletes everything in the project, once somebody has agreed. */
export async function resetProject(studio: StudioConnection, isAgreed: boolean, print: Print): Promise<void> {
  const { name, samples, impulses } = await studio.readProject();
  const count = samples.reduce((sum, each) => sum + each.count, 0);
  const what = `${count} samples and ${impulses.length} impulses of the project "${name}"`;
  if (!isAgreed && !(await ask(`Delete ${what}, for good? [y/N] `))) {
    print("Nothing was deleted.");
    return;
  }
  await studio.call("POST", "/windowscope/project/reset");
  print(`Deleted ${what}.`);
}

async function ask(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError("There is nobody to ask. Say --yes to delete everything.");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Ctrl-C and Ctrl-D are a no.
    const answer = await terminal.question(question).catch(() => "");
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
