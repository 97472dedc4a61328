/** For end-to-end tests: Edge Impulse's own programs, as npm has them, and what stands in for their hardware. */
import { execFile, spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const PACKAGES = {
  private: true,
  dependencies: { "edge-impulse-linux": "1.25.2" },
  // The 0.32.6 it asks for downloads its binary from a page of releases; from 0.33 on that is a package like any other.
  overrides: { sharp: "0.33.5" },
};

/** A microphone that hears 440 Hz, at the rate it is asked for. The programs record by starting `sox`. */
const SOX = `#!/usr/bin/env node
const rate = Number(process.argv[process.argv.indexOf("-r") + 1]);
let heard = 0;
setInterval(() => {
  const sound = Int16Array.from({ length: rate / 10 }, () => 8000 * Math.sin((2 * Math.PI * 440 * heard++) / rate));
  process.stdout.write(Buffer.from(sound.buffer));
}, 100);
`;

/** A folder with the official programs in it. */
export interface OfficialPrograms {
  /** Path of a file of the package `edge-impulse-linux`. */
  file(...segments: readonly string[]): string;
  /** Writes a file of the test's own into the folder. @returns Its path. */
  write(name: string, content: string | Buffer, mode?: number): string;
  /** Starts a program that looks for its Studio on this machine, as a user who has just installed it. */
  start(script: string, args?: readonly string[], env?: Readonly<Record<string, string>>): OfficialProgram;
  /** Ends what still runs, and deletes the folder. */
  remove(): void;
}

/** An official program, running. */
export interface OfficialProgram {
  /** Waits until it has printed a text. @throws {Error} with the output when it ends before. */
  prints(text: string | RegExp): Promise<void>;
  /** Types a line. */
  types(line: string): void;
  /** Waits until it has ended. @returns Its exit code and all that it has printed. */
  ends(): Promise<{ code: number | null; output: string }>;
  /** Presses CTRL+C, and waits until it has ended. */
  interrupt(): Promise<{ code: number | null; output: string }>;
}

/** Installs the official programs from npm; without their install scripts, which they do not need. */
export async function installOfficialPrograms(): Promise<OfficialPrograms> {
  const folder = mkdtempSync(path.join(tmpdir(), "windowscope-official-"));
  const running = new Set<ChildProcess>();
  function write(name: string, content: string | Buffer, mode = 0o644): string {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content, { mode });
    return file;
  }

  write("package.json", JSON.stringify(PACKAGES));
  write("bin/sox", SOX, 0o755);
  mkdirSync(path.join(folder, "home"));
  const install = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  await promisify(execFile)("npm", install, { cwd: folder });

  return {
    write,
    file: (...segments) => path.join(folder, "node_modules/edge-impulse-linux", ...segments),
    start(script, args = [], env = {}) {
      const child = spawn(process.execPath, [script, ...args], {
        cwd: folder,
        env: {
          ...env,
          // They keep what they were told in the home folder.
          HOME: path.join(folder, "home"),
          PATH: `${path.join(folder, "bin")}${path.delimiter}${process.env.PATH}`,
          EI_HOST: "localhost",
        },
      });
      running.add(child);
      child.once("close", () => running.delete(child));
      return watch(child);
    },
    remove() {
      for (const child of running) child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

function watch(child: ChildProcessWithoutNullStreams): OfficialProgram {
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output += data.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const ends = async () => ({ code: await ended, output });

  return {
    ends,
    async prints(text) {
      for (;;) {
        if (typeof text === "string" ? output.includes(text) : text.test(output)) return;
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`The program ended without printing ${String(text)}:\n${output}`);
        }
        await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 20))]);
      }
    },
    types: (line) => child.stdin.write(`${line}\n`),
    interrupt: () => {
      child.kill("SIGINT");
      return ends();
    },
  };
}
