/** The program `windowscope`: starts and stops the server and the local Studio, and does nothing else itself. */
import { readFileSync } from "node:fs";

const USAGE = `windowscope start                        server, viewer, local Studio and demo; with EI_API_KEY set: server and
                                         viewer for the cloud project of that key
windowscope serve                        server and viewer alone; needs EI_API_KEY
windowscope studio                       a local Studio alone, on the ports of Edge Impulse's tools
windowscope studio import FILE           give the running local Studio an impulse document (docs/IMPULSE.md)
windowscope studio export FILE           write the impulse that the running local Studio classifies with
windowscope --version                    say which version this is
windowscope-studio --help                the program that fills a local Studio with recordings and trains it

The README lists the environment variables.
`;

/** Loads what the command needs and no more, so that it starts quickly. */
async function main([command, ...args]: readonly string[]): Promise<void> {
  const studio = () => import("./studio-commands.ts");
  if (command === "start" && args.length === 0) {
    const { startEverything } = await import("./start-command.ts");
    process.exitCode = await startEverything(process.env);
  } else if (command === "serve" && args.length === 0) await (await import("./serve-command.ts")).serve();
  else if (command === "studio" && args.length === 0) await (await studio()).studio();
  else if (command === "studio" && args[0] === "import" && args.length === 2) {
    await (await studio()).studioImport(args[1] ?? "");
  } else if (command === "studio" && args[0] === "export" && args.length === 2) {
    await (await studio()).studioExport(args[1] ?? "");
  } else if (command === "demo-device") await (await studio()).demoDevice();
  else if (command === "--help" || command === "-h" || command === "help" || args.includes("--help")) {
    process.stdout.write(USAGE);
  } else if (command === "--version") process.stdout.write(`${readVersion()}\n`);
  else {
    const typed = ["windowscope", command, ...args].join(" ");
    process.stderr.write(command === undefined ? USAGE : `There is no "${typed}".\n\n${USAGE}`);
    process.exitCode = 2;
  }
}

/** Of the package, whose manifest lies beside the folder of this file in a clone and as it is published. */
function readVersion(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

/** That a part is missing without which server and Studio cannot be loaded, nor asked what else may be wrong. */
function explainMissing(error: unknown): string | undefined {
  const { message = "" } = (error ?? {}) as { message?: string };
  if (!message.includes("@libsql/") && !message.startsWith("Neon: unsupported")) return undefined;
  return (
    `SQLite is missing for ${process.platform} on ${process.arch}. It is an optional dependency of libsql: install again ` +
    "without --omit=optional, on Linux or macOS, or on Windows on x64."
  );
}

/** Mistakes that people can mend: a message without a stack. */
async function explain(error: unknown): Promise<string | undefined> {
  const [server, studio] = await Promise.all([import("@windowscope/server"), import("@windowscope/studio")]);
  const known = [
    ...[server.ConfigError, server.RunLogInUseError, server.RedisNotSafeError, server.RunLogUnavailableError],
    ...[studio.SettingError, studio.StudioInUseError, studio.ImpulseFileError, studio.KeyError],
  ];
  if (known.some((kind) => error instanceof kind)) return (error as Error).message;
  const { code, port } = (error ?? {}) as { code?: string; port?: number };
  if (port === undefined) return undefined;
  if (code === "EADDRINUSE") {
    return `Port ${port} is taken. Is Windowscope running already? The README says how to use other ports.`;
  }
  return code === "EACCES" ? `Port ${port} may not be used. The README says how to use other ports.` : undefined;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const missing = explainMissing(error);
  if (missing !== undefined) {
    process.stderr.write(`${missing}\n`);
    process.exit(1);
  }
  const { createScrubber } = await import("@windowscope/server");
  const text = (await explain(error)) ?? (error instanceof Error ? error.stack : undefined) ?? String(error);
  process.stderr.write(`${createScrubber([])(text)}\n`);
  process.exit(1);
}
