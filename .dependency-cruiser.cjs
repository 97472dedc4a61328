/** Who may import whom. The same table, in words and with the reasons, is in docs/ARCHITECTURE.md. */
const mayImport = {
  "packages/codegen": [],
  "packages/sdk": [],
  "packages/protocol": [],
  "packages/runlog": [],
  "packages/engine": [],
  "packages/plot": [],
  "apps/server": ["packages/sdk", "packages/runlog", "packages/protocol", "packages/engine"],
  "apps/viewer": ["packages/protocol", "packages/plot"],
  "apps/studio": ["packages/sdk/src/(api-types|validate|validate-requests).ts", "packages/engine"],
  "apps/cli": ["apps/server/src/index.ts", "apps/studio/src/(index|settings).ts"],
  bench: [
    "packages/codegen/src/(index|large-document).ts",
    "packages/(sdk|protocol|runlog|engine|plot)/src/index.ts",
    "apps/(server|studio)/src/index.ts",
  ],
};

/**
 * The fault suite, and the stage of the page's tests, look at the server as a viewer does: through the protocol's own client, and frame by frame. What a
 * viewer cannot do, such as trimming a log, it does to the run log.
 */
const FAULTS = "^apps/cli/(faults/|src/(live-recording|live-run|stage|page-states\\.e2e)\\.ts$)";

/** Where our client meets our Studio; the Studio itself shares nothing with it but the API document. */
const MEETING = "^apps/studio/src/sdk-client(-faults|-frequencies)?\\.test\\.ts$";

const startingWith = (paths) => paths.map((path) => `^${path}`);

module.exports = {
  forbidden: [
    { name: "every import resolves", severity: "error", from: {}, to: { couldNotResolve: true } },
    { name: "no cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "every dependency is declared",
      severity: "error",
      from: {},
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "only tests use development dependencies",
      severity: "error",
      from: { path: "^(packages|apps)/[^/]+/src/", pathNot: ["\\.test\\.ts$", "\\.e2e\\.ts$", "^apps/viewer/"] },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
    ...Object.entries(mayImport).map(([importer, allowed]) => ({
      name: `${importer} may import only: ${allowed.join(", ") || "itself"}`,
      severity: "error",
      from: { path: `^${importer}/`, pathNot: [MEETING, FAULTS] },
      to: { path: "^(packages|apps|bench)/", pathNot: startingWith([`${importer}/`, ...allowed]) },
    })),
    {
      name: "the fault suite may import what apps/cli may, the protocol's client and the run log",
      severity: "error",
      from: { path: FAULTS },
      to: {
        path: "^(packages|apps|bench)/",
        pathNot: startingWith(["apps/cli/", ...mayImport["apps/cli"], "packages/(protocol|runlog)/src/index.ts"]),
      },
    },
    {
      name: "another package is entered by its name",
      severity: "error",
      from: { path: "^((?:packages|apps)/[^/]+|bench)/" },
      to: { path: "^(packages|apps|bench)/", pathNot: "^$1/", dependencyTypes: ["local"] },
    },
    {
      name: "generated code is read through the file that wraps it",
      severity: "error",
      from: {
        pathNot: "/generated/|^packages/sdk/src/(api-types|validate|validate-requests)\\.ts|^apps/viewer/src/api\\.ts",
      },
      to: { path: "/generated/" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/(dist|node_modules)/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@windowscope/source", "import", "types", "node", "default"],
    },
  },
};
