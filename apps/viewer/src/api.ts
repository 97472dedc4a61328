/** The server's HTTP API; the only file that reads its generated types. */
import createClient from "openapi-fetch";

import type { components, paths } from "./generated/windowscope.gen.ts";

export type Project = components["schemas"]["Project"];
type Session = components["schemas"]["Session"];

const client = createClient<paths>({ baseUrl: "/api/v1" });

/** The projects that the server watches; none when they cannot be had right now. */
export async function readProjects(): Promise<Project[]> {
  const { data } = await client.GET("/projects").catch(() => ({ data: undefined }));
  return data?.projects ?? [];
}

/** How a page gets in where the server asks for an access token. */
export interface AccessApi {
  /** How it stands; `undefined` when the server does not answer. */
  readSession(): Promise<Pick<Session, "isOpen" | "isSignedIn"> | undefined>;
  /** @returns What went wrong, in words for people; `undefined` when nothing did. */
  signIn(token: string): Promise<string | undefined>;
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

  async createTicket() {
    const { data, response } = await client.POST("/ws-ticket", { body: {} });
    if (data) return data.ticket;
    if (response.status === 401) return undefined;
    throw new Error(`The server gave no ticket: ${response.status}.`);
  },
};
