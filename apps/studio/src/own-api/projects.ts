import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";

import { isComplete } from "../impulses.ts";
import { createKey } from "../key.ts";
import type { LocalStudio } from "../local-studio.ts";
import { authenticate, readBody, type WithProject } from "./authenticate.ts";

/** What is known only where the Studio runs. */
export interface ProjectOutside {
  readonly addresses: () => { readonly url: string; readonly ingestionUrl: string; readonly devicesUrl: string };
  /** A project has another key, and the old ones are void. */
  readonly onNewKey: (projectId: number, apiKey: string) => void;
}

const LARGEST_BODY_BYTES = 10_000;
const LONGEST_NAME = 200;

/**
 * `GET /project` says what the key's project holds and where the Studio listens; `POST /project/key` makes another key
 * and voids the old one; `POST /project/reset` deletes everything in it; `POST /projects` creates one more.
 *
 * A key is in the one answer that makes it, and nowhere else: the Studio stores only hashes.
 */
export function projectRoutes(studio: LocalStudio, outside: ProjectOutside): Hono<WithProject> {
  const { projects } = studio;
  const app = new Hono<WithProject>();
  const keyed = authenticate(projects);

  app.get("/project", keyed, (c) => {
    const { id, name, defaultImpulseId } = c.get("project");
    const impulses = studio.impulses.list(id).map((stored) => ({
      id: stored.id,
      name: stored.design.name,
      isTrained: isComplete(stored),
      isDefault: stored.id === defaultImpulseId,
    }));
    const samples = studio.statistics.countByLabel(id);
    return c.json({ success: true, projectId: id, name, ...outside.addresses(), impulses, samples });
  });

  app.post("/project/key", keyed, (c) => {
    const { id } = c.get("project");
    const apiKey = createKey();
    projects.replaceKeys(id, apiKey);
    outside.onNewKey(id, apiKey);
    return c.json({ success: true, projectId: id, apiKey });
  });

  app.post("/project/reset", keyed, async (c) => {
    await studio.resetProject(c.get("project").id);
    return c.json({ success: true });
  });

  app.post("/projects", keyed, bodyLimit({ maxSize: LARGEST_BODY_BYTES }), async (c) => {
    const { name } = (await readBody(c.req)) ?? {};
    if (typeof name !== "string" || name.trim() === "" || name.length > LONGEST_NAME) {
      return c.json({ success: false, error: `"name" has to be a text of 1 to ${LONGEST_NAME} characters.` }, 400);
    }
    const { id } = projects.create(name, "A project on this machine.");
    const apiKey = createKey();
    projects.addKey(id, apiKey);
    projects.setKind(id, "named");
    return c.json({ success: true, projectId: id, name, apiKey });
  });

  return app;
}
