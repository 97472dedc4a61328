import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const MODULES = path.resolve(import.meta.dirname, "../node_modules");

/** What figures depend on besides the code: the machine, Node and how busy it is. */
export function describeMachine(): string {
  const cpus = os.cpus();
  const gibibytes = Math.round(os.totalmem() / 2 ** 30);
  const [load = 0] = os.loadavg();
  return (
    `${cpus.length} × ${cpus[0]?.model.trim() ?? "unknown processor"}, ${gibibytes} GiB, ` +
    `${os.type()} ${os.release()} ${os.arch()}, Node ${process.versions.node}, load ${load.toFixed(1)}`
  );
}

/** Name and version of packages that this one depends on, as installed. */
export function describeVersions(packages: readonly string[]): string {
  return packages.map((name) => `${name} ${readVersion(name)}`).join(", ");
}

function readVersion(name: string): string {
  const manifest = readFileSync(path.join(MODULES, name, "package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
