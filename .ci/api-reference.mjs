// `pnpm docs:api`: the reference of everything that others may import, as pages in dist/api. With `--check`, which is part
// of `pnpm check`, nothing is written. Exits with 1 at an export without a docstring, at a {@link} that leads nowhere, and
// at a type that a public signature needs and nobody can import.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { Application, OptionDefaults } from "typedoc";
import ts from "typescript";

const ROOT = path.resolve(import.meta.dirname, "..");

/** Whatever a published manifest gives types to, by the name that others import. */
function publishedEntries(folder) {
  const { name, exports, publishConfig } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  return Object.entries(publishConfig?.exports ?? exports)
    .filter(([, { types }]) => types)
    .map(([subpath]) => ({
      name: path.posix.join(name, subpath),
      file: path.join(folder, exports[subpath]["@windowscope/source"]),
      owner: name,
    }));
}

const packages = path.join(ROOT, "packages");
const entries = [
  ...readdirSync(packages).flatMap((folder) => publishedEntries(path.join(packages, folder))),
  {
    name: "windowscope/studio",
    // apps/cli/build-package.ts publishes this file under this name.
    file: path.join(ROOT, "apps/studio/src/create-local-studio.ts"),
    owner: "@windowscope/studio",
  },
];
const owners = [...new Set(entries.map(({ owner }) => owner))];

// One program for all: a program for each package takes three times as long.
const sdk = path.join(packages, "sdk");
const { config } = ts.readConfigFile(path.join(sdk, "tsconfig.json"), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, sdk);
const program = ts.createProgram(
  entries.map(({ file }) => file),
  options,
);

/** They only calculate what other types are, by owner: nobody has to write them. */
const UNNAMED = { "@windowscope/sdk": ["ITEMS", "ContentOf", "WhereNeeded"] };

const app = await Application.bootstrap({
  name: "Windowscope",
  readme: "none",
  out: path.join(ROOT, "dist/api"),
  // `pnpm typecheck` has looked at the code, each package with the settings of its own.
  skipErrorChecking: true,
  validation: { notExported: false, notDocumented: true, invalidLink: true, rewrittenLink: true },
  requiredToBeDocumented: ["Module", "Function", "Class", "Method", "Accessor", "Interface", "TypeAlias", "Variable"],
  packagesRequiringDocumentation: owners,
  // The API's own document says what is in them.
  intentionallyNotDocumented: ["components", "operations", "paths"].map((name) => `@windowscope/sdk/api-types.${name}`),
  // openapi-typescript writes a tag that TypeDoc does not know.
  blockTags: [...OptionDefaults.blockTags, "@description"],
});
const project = app.converter.convert(
  entries.map(({ name, file }) => ({ displayName: name, program, sourceFile: program.getSourceFile(file) })),
);

app.validate(project);
// TypeDoc looks for types that are not exported in the package of the project alone: each gets its turn.
app.options.setValue("validation", { notExported: true, notDocumented: false, invalidLink: false });
for (const owner of owners) {
  project.packageName = owner;
  app.options.setValue("intentionallyNotExported", UNNAMED[owner] ?? []);
  app.validate(project);
}
if (!process.argv.includes("--check")) await app.generateOutputs(project);
process.exitCode = app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0;
