/**
 * Makes `dist/package`: what is published as `windowscope`, to be installed anywhere with one command.
 *
 * Everything of this repository is inside, bundled: server, local Studio, the packages under them, and the built page.
 * What others have written stays an ordinary dependency, in exactly the version that was tested here; the page alone has
 * some of it inside, and THIRD-PARTY-LICENSES.md says what. Needs the builds of all of them.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { build, type Metafile, type Plugin } from "esbuild";

const CLI = import.meta.dirname;
const ROOT = path.resolve(CLI, "../..");
const STUDIO = path.join(ROOT, "apps/studio/dist");
const VIEWER = path.join(ROOT, "apps/viewer/dist");
/** Of the code in the page, for `findLicenses`. */
const VIEWER_LICENSES = path.join(VIEWER, "licenses.json");
const OUT = path.join(CLI, "dist/package");

/** Of whatever others have written and is bundled. */
interface License {
  readonly name: string;
  readonly version?: string;
  /** As SPDX spells it, such as `MIT`. */
  readonly identifier?: string;
  readonly text?: string;
}

interface Manifest {
  readonly version: string;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

rmSync(OUT, { recursive: true, force: true });
const metafile = await bundle();
cpSync(VIEWER, path.join(OUT, "viewer"), { recursive: true, filter: (file) => file !== VIEWER_LICENSES });
copyTypes("create-local-studio.d.ts");
// The other program is started in the same way.
const bin = readFileSync(path.join(CLI, "bin.mjs"), "utf8");
writeFileSync(path.join(OUT, "studio-bin.mjs"), bin.replace("./dist/main.js", "./dist/studio-main.js"));
for (const file of ["bin.mjs", "README.md"]) cpSync(path.join(CLI, file), path.join(OUT, file));
cpSync(path.join(ROOT, "LICENSE"), path.join(OUT, "LICENSE"));
writeFileSync(path.join(OUT, "THIRD-PARTY-LICENSES.md"), describeLicenses(findLicenses()));
writeFileSync(path.join(OUT, "package.json"), `${JSON.stringify(describePackage(metafile), undefined, 2)}\n`);

/** Both programs, the entry for tests, and the worker, which the local Studio looks for beside its own code. */
async function bundle(): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: {
      main: path.join(CLI, "dist/main.js"),
      "studio-main": path.join(STUDIO, "program/main.js"),
      studio: path.join(STUDIO, "create-local-studio.js"),
      worker: path.join(STUDIO, "work/worker.js"),
    },
    outdir: path.join(OUT, "dist"),
    absWorkingDir: ROOT,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    plugins: [othersStayOutside()],
    metafile: true,
    logLevel: "warning",
  });
  return metafile;
}

/** What others have written is a dependency. */
function othersStayOutside(): Plugin {
  return {
    name: "others stay outside",
    setup(build) {
      build.onResolve({ filter: /^[^./#]/ }, ({ path: specifier, kind }) => {
        const isInside = kind === "entry-point" || specifier.startsWith("@windowscope/");
        return isInside ? undefined : { path: specifier, external: true };
      });
    },
  };
}

/** The manifest that is published: that of the repository, with what the bundle imports instead of our own packages. */
function describePackage(metafile: Metafile): Manifest {
  const { name, version, description, license, type, engines } = readManifest(CLI);
  return {
    ...{ name, version, description, license, type, engines },
    bin: { windowscope: "bin.mjs", "windowscope-studio": "studio-bin.mjs" },
    exports: {
      "./studio": { types: "./types/create-local-studio.d.ts", default: "./dist/studio.js" },
      "./package.json": "./package.json",
    },
    imports: { "#viewer/*": "./viewer/*" },
    dependencies: findDependencies(metafile),
  };
}

/**
 * What the bundle imports, and what that wants beside it, in the versions that our packages have.
 *
 * @throws {Error} when two of them have different versions of the same.
 */
function findDependencies({ inputs, outputs }: Metafile): Record<string, string> {
  const left = Object.values(outputs).flatMap(({ imports }) => imports);
  const imported = new Set(left.filter(({ external }) => external).map((found) => packageOf(found.path)));
  const versions: Record<string, string> = {};
  for (const [input, { imports }] of Object.entries(inputs)) {
    const modules = path.join(ROOT, ...input.split("/").slice(0, 2), "node_modules");
    for (const { path: specifier, external } of imports) {
      const name = packageOf(specifier);
      if (!external || specifier.startsWith("node:") || !imported.has(name)) continue;
      const { peerDependencies = {} } = readManifest(path.join(modules, name));
      for (const wanted of [name, ...Object.keys(peerDependencies)]) {
        if (!existsSync(path.join(modules, wanted))) continue;
        const { version } = readManifest(path.join(modules, wanted));
        const known = (versions[wanted] ??= version);
        if (known !== version) throw new Error(`${wanted} is wanted as ${known} and as ${version}.`);
      }
    }
  }
  return Object.fromEntries(Object.entries(versions).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `@scope/name/file.js` -> `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** A type declaration of the local Studio, and those that it needs. @throws {Error} when it needs another package's. */
function copyTypes(file: string): void {
  const text = readFileSync(path.join(STUDIO, file), "utf8");
  mkdirSync(path.join(OUT, "types"), { recursive: true });
  writeFileSync(path.join(OUT, "types", file), text);
  for (const [, specifier = ""] of text.matchAll(/^(?:import|export) .*from "([^"]+)"/gm)) {
    if (!/^\.\/[\w-]+\.ts$/.test(specifier)) throw new Error(`The types of ${file} need ${specifier}.`);
    copyTypes(specifier.slice(2).replace(/\.ts$/, ".d.ts"));
  }
}

/** Of what is inside the page: the code that its build names, and the fonts, whose licences lie beside them. */
function findLicenses(): License[] {
  const code = JSON.parse(readFileSync(VIEWER_LICENSES, "utf8")) as License[];
  const assets = readdirSync(path.join(VIEWER, "assets"));
  const fonts = assets
    .filter((asset) => asset.endsWith("-LICENSE.txt"))
    .map((asset) => ({
      name: asset.replace("-LICENSE.txt", ""),
      identifier: "OFL-1.1",
      text: readFileSync(path.join(VIEWER, "assets", asset), "utf8").trim(),
    }));
  for (const font of assets.filter((asset) => asset.endsWith(".woff2"))) {
    if (!fonts.some(({ name }) => font.startsWith(`${name}-`))) throw new Error(`${font} has no licence beside it.`);
  }
  return [...code, ...fonts];
}

/** @throws {Error} when one of them has no text: it could not be given away. */
function describeLicenses(licenses: readonly License[]): string {
  const chapters = licenses.map(({ name, version, identifier, text }) => {
    if (!text || !identifier) throw new Error(`${name} is bundled, and its licence is not known.`);
    return `## ${[name, version].filter(Boolean).join(" ")} (${identifier})\n\n${text}\n`;
  });
  return `# Licences of what is bundled\n\nWritten by the build. The dependencies bring their own.\n\n${chapters.join("\n")}`;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Manifest;
}
