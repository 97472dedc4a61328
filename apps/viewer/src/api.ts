/** The server's HTTP API; the only file that reads its generated types. */
import createClient from "openapi-fetch";

import type { components, paths } from "./generated/windowscope.gen.ts";

export type Project = components["schemas"]["Project"];
type Session = components["schemas"]["Session"];

/** For the calls of one part of the page, which stand beside it. */
export const client = createClient<paths>({ baseUrl: "/api/v1" });

/** The projects that the server watches; none when they cannot be had right now. */
export async function readProjects(): Promise<Project[]> {
  const { data } = await client.GET("/projects").catch(() => ({ data: undefined }));
  return data?.projects ?? [];
}

/** What the bar shows of a project. */
export interface ProjectFacts {
  readonly name: string;
  readonly impulse: components["schemas"]["ProjectDetails"]["impulse"];
}

/** @returns `undefined` when it cannot be had right now. */
export async function readProjectFacts(projectId: number): Promise<ProjectFacts | undefined> {
  const params = { path: { projectId } };
  const { data } = await client.GET("/projects/{projectId}", { params }).catch(() => ({ data: undefined }));
  return data && { name: data.name, impulse: data.impulse };
}

/** How a page gets in where the server asks for an access token. */
export interface AccessApi {
  /** How it stands; `undefined` when the server does not answer. */
  readSession(): Promise<Pick<Session, "isOpen" | "isSignedIn"> | undefined>;
  /** @returns What went wrong, in words for people; `undefined` when nothing did. */
  signIn(token: string): Promise<string | undefined>;
  /** Forgets this browser. */
  signOut(): Promise<void>;
  /** @returns A ticket for one live connection; `undefined` when one has to sign in first. */
  createTicket(): Promise<string | undefined>;
}

export const accessApi: AccessApi = {
  async readSession() {
    const { data } = await client.GET("/session").catch(() => ({ data: undefined }));
    return data;
  },

  async signIn(token) {
    const unreachable = { error: { detail: "The server does not answer. Try again in a moment." } };
    const { error } = await client.POST("/session", { body: { token } }).catch(() => unreachable);
    return error?.detail;
  },

  async signOut() {
    await client.DELETE("/session");
  },

  async createTicket() {
    const { data, response } = await client.POST("/ws-ticket", { body: {} });
    if (data) return data.ticket;
    if (response.status === 401) return undefined;
    throw new Error(`The server gave no ticket: ${response.status}.`);
  },
};

const VARIANTS = ["float32", "int8", "akida"] as const;
export type Variant = (typeof VARIANTS)[number];

export type Category = "training" | "testing";

/** What a project offers to record, upload and test with. */
export type ProjectDetails = components["schemas"]["ProjectDetails"];
export type Device = ProjectDetails["devices"][number];
export type Sensor = Device["sensors"][number];

/** What the server was asked for and did not do. The message has its words, or Studio's, for people. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  /** HTTP status; `undefined` when there was no answer. */
  readonly status: number | undefined;

  constructor(message: string, status?: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Variants that a model can have and this page can ask for, of those that the project tells; all when it does not. */
export function variantsOf(project: ProjectDetails | undefined): readonly Variant[] {
  const told = project?.impulse?.variants;
  return VARIANTS.filter((known) => told?.includes(known) ?? known !== "akida");
}

/** The data of an answer; what went wrong is thrown in the server's own words. */
export async function answerOf<T>(
  request: Promise<{ readonly data?: T; readonly error?: unknown; readonly response: Response }>,
): Promise<T> {
  const { data, error, response } = await request.catch((cause: unknown) => {
    throw new RefusedError(NO_ANSWER, undefined, { cause });
  });
  if (response.ok) return data as T;
  // A proxy in between answers with a page of its own.
  const { detail } = (typeof error === "object" && error !== null ? error : {}) as { readonly detail?: unknown };
  throw new RefusedError(
    typeof detail === "string" ? detail : `The server answered ${response.status}.`,
    response.status,
  );
}

export const NO_ANSWER = "The server does not answer. Try again in a moment.";

/** What turns scores into verdicts, as Studio has it. */
export type StudioThreshold = components["schemas"]["Threshold"];
/** A change of one. */
export type NewThreshold = components["schemas"]["SetThresholds"]["thresholds"][number];
/** What was fed into the learn blocks for one window. */
export type WindowFeatures = components["schemas"]["WindowFeatures"];
/** Why a window is, or is not, an anomaly: where it stands to the nearest cluster of K-means. */
export type AnomalyExplanation = components["schemas"]["AnomalyExplanation"];
/** What a sample is labelled as, and when: ms from its start. */
export type SampleLabels = components["schemas"]["Labels"];

/** What an impulse decides by. */
export interface ImpulseLimits {
  readonly blocks: readonly { readonly blockId: number; readonly type: string }[];
  readonly thresholds: readonly StudioThreshold[];
}

/** @throws {RefusedError} also where the impulse has none to show. */
export async function readFeatures(runId: string, index: number, signal: AbortSignal): Promise<WindowFeatures> {
  const params = { path: { runId, index } };
  return answerOf(client.GET("/runs/{runId}/windows/{index}/features", { params, signal }));
}

/** @throws {RefusedError} also where the anomaly block is not one that can be explained. */
export async function readAnomaly(runId: string, index: number, signal: AbortSignal): Promise<AnomalyExplanation> {
  const params = { path: { runId, index } };
  return answerOf(client.GET("/runs/{runId}/windows/{index}/anomaly", { params, signal }));
}

/** Classifies a sample now. @returns The run. @throws {RefusedError} */
export async function startRun(body: NewRun): Promise<string> {
  return (await answerOf(client.POST("/runs", { body }))).runId;
}

type NewRun = NonNullable<paths["/runs"]["post"]["requestBody"]>["content"]["application/json"];
