/** The program `windowscope`: starts and stops the server and the local Studio, and does nothing else itself. */

const USAGE = `windowscope start                        server, viewer, local Studio and demo; with EI_API_KEY set: server and
                                         viewer for the cloud project of that key
windowscope serve                        server and viewer alone; needs EI_API_KEY
windowscope studio                       a local Studio alone, on the ports of Edge Impulse's tools
windowscope studio import FILE           give the running local Studio an impulse document (docs/IMPULSE.md)
windowscope studio export FILE           write the impulse that the running local Studio classifies with

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
  else if (command === "--help" || command === "help") process.stdout.write(USAGE);
  else {
    process.stderr.write(USAGE);
    process.exitCode = 2;
  }
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
  if (code === "EADDRINUSE") {
    return `Port ${port} is taken. Is Windowscope running already? The README says how to use other ports.`;
  }
  return code === "EACCES" ? `Port ${port} may not be used. The README says how to use other ports.` : undefined;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { createScrubber } = await import("@windowscope/server");
  const text = (await explain(error)) ?? (error instanceof Error ? error.stack : undefined) ?? String(error);
  process.stderr.write(`${createScrubber([])(text)}\n`);
  process.exit(1);
}
