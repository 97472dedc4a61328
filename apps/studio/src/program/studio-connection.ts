import type { Category } from "../category.ts";
import type { StudioAddress } from "../impulse-file.ts";
import { StudioInUseError } from "../database.ts";
import { createDataDir, keySettingOf, studioPortsOf } from "../settings.ts";
import { startStudio } from "../start.ts";
import { ProgramError } from "./program-error.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** A Studio that is busy has answered by then; what only listens never will. */
const ANSWER_WITHIN_MS = 10_000;

/** What `GET /windowscope/project` says. */
export interface ProjectAnswer {
  readonly projectId: number;
  readonly name: string;
  readonly ingestionUrl: string;
  readonly impulses: readonly {
    readonly id: number;
    readonly name: string;
    readonly isTrained: boolean;
    readonly isDefault: boolean;
  }[];
  readonly samples: readonly { readonly category: Category; readonly label: string; readonly count: number }[];
}

/** A local Studio that answers, over HTTP as to everybody. */
export class StudioConnection implements StudioAddress {
  readonly url: string;
  readonly apiKey: string;

  constructor({ url, apiKey }: StudioAddress) {
    this.url = url;
    this.apiKey = apiKey;
  }

  readProject(): Promise<ProjectAnswer> {
    return this.call<ProjectAnswer>("GET", "/windowscope/project");
  }

  /**
   * @typeParam T What the Studio answers: it is ours, so its word is taken for it.
   * @throws {ProgramError} when it refuses, or does not answer any more.
   */
  async call<T>(method: "GET" | "POST", route: string, body?: object): Promise<T> {
    const response = await fetch(new URL(route, this.url), {
      method,
      headers: { "x-api-key": this.apiKey, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new ProgramError(`The local Studio at ${this.url} does not answer any more.`, { cause });
    });
    const answer = parseAnswer(await response.text());
    if (answer?.success === true) return answer as T;
    throw new ProgramError(
      answer?.error ?? `${this.url} is no local Studio: it answers with status ${response.status}.`,
    );
  }
}

/**
 * Does some work with the local Studio that runs, or else with one that is started for it, on free ports, and ended.
 *
 * @throws {ProgramError} when another Studio runs, or when the data folder is in use.
 */
export async function withStudio<T>(env: Env, work: (studio: StudioConnection) => Promise<T>): Promise<T> {
  const dataDir = createDataDir(env);
  const setting = keySettingOf(env, dataDir);
  const port = studioPortsOf(env).studio;
  const running = new StudioConnection({ url: `http://127.0.0.1:${port}`, apiKey: setting.apiKey });
  if (port !== 0 && (await answers(running, dataDir))) return work(running);

  const ports = { studio: 0, devices: 0, ingestion: 0 };
  const started = await startStudio({ ...setting, dataDir, project: "empty", ports }).catch((cause: unknown) => {
    if (!(cause instanceof StudioInUseError)) throw cause;
    throw new ProgramError(
      `${dataDir} is in use by a Studio, but none answers on port ${port}. Name its port with --port, or end it.`,
      { cause },
    );
  });
  try {
    return await work(new StudioConnection({ url: started.url, apiKey: setting.apiKey }));
  } finally {
    await started.close();
  }
}

/** Whether the local Studio of this data folder answers. */
async function answers({ url, apiKey }: StudioAddress, dataDir: string): Promise<boolean> {
  let response: Response;
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    response = await fetch(new URL("/windowscope/project", url), { headers: { "x-api-key": apiKey }, signal });
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { code?: string };
    if (code === "ECONNREFUSED") return false;
    throw new ProgramError(`What listens at ${url} is no local Studio. Name another port with --port.`, {
      cause: error,
    });
  }
  const answer = parseAnswer(await response.text());
  if (answer?.success === true) return true;
  if (response.status === 401 && answer) {
    throw new ProgramError(
      `A Studio answers at ${url}, but the key for ${dataDir} opens no project there. Name its data folder with ` +
        "--data-dir, or its port with --port, or give a key as WINDOWSCOPE_STUDIO_KEY.",
    );
  }
  throw new ProgramError(`What answers at ${url} is no local Studio. Name another port with --port.`);
}

function parseAnswer(text: string): { readonly success?: boolean; readonly error?: string } | undefined {
  try {
    const answer = JSON.parse(text) as unknown;
    return typeof answer === "object" && answer !== null ? answer : undefined;
  } catch {
    return undefined;
  }
}
