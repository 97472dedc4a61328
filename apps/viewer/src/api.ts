/** The server's HTTP API; the only file that reads its generated types. */
import createClient from "openapi-fetch";

import type { components, paths } from "./generated/windowscope.gen.ts";

export type Project = components["schemas"]["Project"];

const client = createClient<paths>({ baseUrl: "/api/v1" });

/** The projects that the server watches; none when they cannot be had right now. */
export async function readProjects(): Promise<Project[]> {
  const { data } = await client.GET("/projects").catch(() => ({ data: undefined }));
  return data?.projects ?? [];
}
