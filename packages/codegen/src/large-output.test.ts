import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createLargeDocument } from "./large-document.ts";
import { runCommand } from "./run-command.ts";

const BASE_CONFIG = path.resolve(import.meta.dirname, "../../../tsconfig.base.json");
const large = createLargeDocument();

let folder: string;
let document: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "windowscope-codegen-"));
  document = path.join(folder, "large.yaml");
  await writeFile(document, large.text);
});

afterAll(() => rm(folder, { recursive: true }));

async function generateInto(name: string, ...words: readonly string[]) {
  const out = path.join(folder, name);
  const said: string[] = [];
  const terminal = { out: (text: string) => said.push(text), error: (text: string) => said.push(text) };
  const status = await runCommand([document, "--out", out, ...words], terminal);
  expect({ status, last: said.at(-1) }).toMatchObject({ status: 0 });
  return out;
}

/** What the compiler says about files under the settings of this repository. */
function typecheck(files: readonly string[]): readonly string[] {
  const { config } = ts.readConfigFile(BASE_CONFIG, (file) => ts.sys.readFile(file)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, path.dirname(BASE_CONFIG));
  const program = ts.createProgram(files, options);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

describe("windowscope-codegen with a document of 1 MB", () => {
  it("writes types and an operation table that pass the strictest checks", { timeout: 60_000 }, async () => {
    const out = await generateInto("all", "--only", "types", "--only", "operations");
    const user = path.join(out, "user.ts");
    await writeFile(
      user,
      `import type { operations } from "./large.gen.ts";
       import { operationTable } from "./large-operations.gen.ts";
       const isSafe: true = operationTable.${String(large.readOnlyPosts[0])}.isSafeToRetry;
       const isUnsafe: false = operationTable.updateJobsLayout.isSafeToRetry;
       const everyOperation: keyof operations = "listJobsLayout" satisfies keyof typeof operationTable;
       export { isSafe, isUnsafe, everyOperation };`,
    );

    expect(typecheck([user])).toEqual([]);
  });

  it("writes validators of a selection that pass them too", { timeout: 60_000 }, async () => {
    const out = await generateInto("some", "--tag", "Classify", "--operation", "listJobsLayout");
    const user = path.join(out, "user.ts");
    await writeFile(
      user,
      `import { answerValidators, type AnswerProblem } from "./large-validators.gen.ts";
       import { requestValidators, type RequestProblem } from "./large-requests.gen.ts";
       import type { operations } from "./large.gen.ts";
       export const problems: readonly AnswerProblem[] = answerValidators.listJobsLayout({});
       const request = { path: {}, query: {} };
       export const refusals: readonly RequestProblem[] = requestValidators.listJobsLayout(request);
       export const left: keyof operations = "listJobsLayout" satisfies keyof typeof answerValidators;`,
    );

    expect(typecheck([user])).toEqual([]);
    for (const file of ["large-validators.gen.ts", "large-requests.gen.ts"]) {
      expect(await readFile(path.join(out, file), "utf8")).not.toMatch(/^import |\brequire\(|new Function|\beval\(/m);
    }
  });
});
