/** The program `windowscope-studio`: runs a local Studio, fills it, trains it. */
import { parseArgs, type ParseArgsConfig } from "node:util";

import { StudioInUseError } from "../database.ts";
import { exportImpulse, ImpulseFileError } from "../impulse-file.ts";
import { KeyError } from "../key.ts";
import { SettingError } from "../settings.ts";
import { importPath } from "./import-command.ts";
import type { ImportCategory } from "./plan-import.ts";
import { ProgramError, UsageError } from "./program-error.ts";
import { createProject, readKey, refuseKeyOfEnvironment, replaceKey, resetProject } from "./project-commands.ts";
import { serve } from "./serve-command.ts";
import { withStudio } from "./studio-connection.ts";
import { train } from "./train-command.ts";

const USAGE = `windowscope-studio serve [--demo]       run a local Studio; --demo: with simulated recordings and a demo device
windowscope-studio import PATH           import a folder of recordings, one recording, or an impulse document
    --category training|testing|split    of all of them; else folders named training and testing choose, else split
    --label LABEL                        of all of them; else info.labels, structured_labels.labels, or file names
windowscope-studio train                 design an impulse if there is none, train it, try it on the test set
    --impulse ID                         train this one
    --new                                design another one
    --name NAME                          of the impulse that is designed
windowscope-studio export FILE           write the impulse document that the project classifies with
windowscope-studio project create NAME   create one more project, and print its key
windowscope-studio key [--new]           print the project's key; --new: make another one, and the old one invalid
windowscope-studio reset [--yes]         delete everything in the project; --yes: without asking

Everywhere, instead of the environment variables in brackets:
    --data-dir DIR                       [WINDOWSCOPE_DATA_DIR] .windowscope
    --port N                             [WINDOWSCOPE_STUDIO_PORT] 4800
    --ingestion-port N                   [WINDOWSCOPE_INGESTION_PORT] 4810
    --devices-port N                     [WINDOWSCOPE_DEVICES_PORT] 4802
WINDOWSCOPE_STUDIO_KEY gives the key of the project; else it is made, and kept in the data folder.

All commands but serve work with the local Studio that runs, or else start one for as long as they need it.
docs/LOCAL-STUDIO.md says more.
`;

const STRING = { type: "string" } as const;
const BOOLEAN = { type: "boolean" } as const;
/** Which variable an option stands for. */
const SETTINGS = {
  "data-dir": "WINDOWSCOPE_DATA_DIR",
  port: "WINDOWSCOPE_STUDIO_PORT",
  "ingestion-port": "WINDOWSCOPE_INGESTION_PORT",
  "devices-port": "WINDOWSCOPE_DEVICES_PORT",
} as const;
const COMMON = { "data-dir": STRING, port: STRING, "ingestion-port": STRING, "devices-port": STRING };

type Env = Readonly<Record<string, string | undefined>>;

async function main([command, ...args]: readonly string[]): Promise<void> {
  if (command === "--help" || command === "-h" || command === "help" || args.includes("--help")) {
    process.stdout.write(USAGE);
    return;
  }
  switch (command) {
    case "serve": {
      const { env, values } = read(args, [], { demo: BOOLEAN });
      // Without a word the project is empty: whoever wants Windowscope's demo starts `windowscope`.
      await serve({ ...env, WINDOWSCOPE_DEMO: values.demo ? "on" : env.WINDOWSCOPE_DEMO || "off" }, print);
      return;
    }
    case "import": {
      const { env, values, positionals } = read(args, ["PATH"], { category: STRING, label: STRING });
      const category = parseCategory(values.category);
      await work(env, (studio, signal) =>
        importPath(studio, positionals[0] ?? "", { category, label: values.label }, { print, signal }),
      );
      return;
    }
    case "train": {
      const { env, values } = read(args, [], { impulse: STRING, name: STRING, new: BOOLEAN });
      if (values.impulse !== undefined && values.new)
        throw new UsageError("--impulse and --new contradict each other.");
      const impulseId = parseId(values.impulse);
      await work(env, (studio, signal) =>
        train(studio, { impulseId, name: values.name, isNew: values.new ?? false }, { print, signal }),
      );
      return;
    }
    case "export": {
      const { env, positionals } = read(args, ["FILE"], {});
      await work(env, async (studio) => print(await exportImpulse(positionals[0] ?? "", studio)));
      return;
    }
    case "project": {
      const { env, positionals } = read(args, ["create", "NAME"], {});
      const [verb, name = ""] = positionals;
      if (verb !== "create")
        throw new UsageError(`There is no command "project ${verb}"; there is project create NAME.`);
      await work(env, (studio) => createProject(studio, name, print));
      return;
    }
    case "key": {
      const { env, values } = read(args, [], { new: BOOLEAN });
      if (!values.new) {
        print(readKey(env));
        return;
      }
      refuseKeyOfEnvironment(env);
      await work(env, (studio) => replaceKey(studio, env, print));
      return;
    }
    case "reset": {
      const { env, values } = read(args, [], { yes: BOOLEAN });
      await work(env, (studio) => resetProject(studio, values.yes ?? false, print));
      return;
    }
    case undefined:
      throw new UsageError("A command is missing.");
    default:
      throw new UsageError(`There is no command "${command}".`);
  }
}

/** Works with a Studio; the first Ctrl-C ends that in good order. */
async function work(
  env: Env,
  task: (studio: Parameters<Parameters<typeof withStudio>[1]>[0], signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => stop.abort(new ProgramError("Ended before it was done.")));
  }
  await withStudio(env, (studio) => task(studio, stop.signal));
}

/**
 * Reads the rest of a command line.
 *
 * @returns Also the environment, with what the common options say instead.
 * @throws {UsageError}
 */
function read<T extends NonNullable<ParseArgsConfig["options"]>>(
  args: string[],
  wanted: readonly string[],
  options: T,
) {
  const { values, positionals } = parse(args, options);
  const [missing] = wanted.slice(positionals.length);
  if (missing !== undefined) throw new UsageError(`${missing} is missing.`);
  if (positionals.length > wanted.length) throw new UsageError(`"${positionals[wanted.length]}" is too much.`);
  const env: Record<string, string | undefined> = { ...process.env };
  for (const [option, variable] of Object.entries(SETTINGS)) {
    const value = (values as Readonly<Record<string, unknown>>)[option];
    if (typeof value === "string") env[variable] = value;
  }
  return { env, values, positionals };
}

function parse<T extends NonNullable<ParseArgsConfig["options"]>>(args: string[], options: T) {
  try {
    return parseArgs({ args, options: { ...COMMON, ...options }, allowPositionals: true });
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

function parseCategory(text: string | undefined): ImportCategory | undefined {
  if (text === undefined || text === "training" || text === "testing" || text === "split") return text;
  throw new UsageError(`--category has to be training, testing or split, and is "${text}".`);
}

function parseId(text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,15}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new UsageError(`--impulse has to be the number of an impulse, and is "${text}".`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Mistakes that people can mend: a message without a stack. */
function explain(error: unknown): string | undefined {
  const known = [ProgramError, SettingError, StudioInUseError, ImpulseFileError, KeyError];
  if (known.some((kind) => error instanceof kind)) return (error as Error).message;
  const { code, port } = (error ?? {}) as { code?: string; port?: number };
  const advice = "--port, --ingestion-port and --devices-port choose others.";
  if (code === "EADDRINUSE") return `Port ${port} is taken. Is a local Studio running already? ${advice}`;
  return code === "EACCES" && port !== undefined ? `Port ${port} may not be used. ${advice}` : undefined;
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${explain(error) ?? (error instanceof Error ? error.stack : String(error))}\n`);
  if (error instanceof UsageError) process.stderr.write("windowscope-studio --help shows what there is.\n");
  // Whatever is still open must not keep a program alive that has nothing to do any more.
  process.exit(error instanceof UsageError ? 2 : 1);
});
