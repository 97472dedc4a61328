import ts from "typescript";

/** What a generated validator says of a value. */
export interface Problem {
  readonly at: string;
  readonly what: string;
}

/**
 * Runs generated TypeScript, as tests do to see what it does.
 *
 * @returns The module, of which the caller knows what it exports.
 */
export async function importCode<Module>(code: string): Promise<Module> {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  const module: unknown = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);
  return module as Module;
}
