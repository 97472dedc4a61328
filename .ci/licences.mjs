// `pnpm check:licences`: what the packages bring along and under which licences, as a Markdown list on stdout. Exits with 1
// at a licence that nobody here has said yes to: read it, and then add it, or leave the package.
import { execFileSync } from "node:child_process";

const ACCEPTED = [
  "0BSD",
  "(MIT OR CC0-1.0)",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "ISC",
  "MIT",
  // argparse, in the official client's and the generator's YAML reader.
  "Python-2.0",
  // The fonts on the page.
  "OFL-1.1",
];

const listed = execFileSync("pnpm", ["licenses", "list", "--prod", "--json"], { encoding: "utf8", maxBuffer: 2 ** 26 });
const packages = Object.entries(JSON.parse(listed)).flatMap(([licence, entries]) =>
  entries.flatMap(({ name, versions }) => versions.map((version) => ({ licence, name, version }))),
);
packages.sort((one, other) => (`${one.name}@${one.version}` < `${other.name}@${other.version}` ? -1 : 1));
process.stdout.write(packages.map(({ licence, name, version }) => `- ${name} ${version}: ${licence}\n`).join(""));

const others = packages.filter(({ licence }) => !ACCEPTED.includes(licence));
for (const { licence, name, version } of others)
  process.stderr.write(`${name} ${version} has a licence that is not in .ci/licences.mjs: ${licence}\n`);
process.exitCode = others.length > 0 ? 1 : 0;
