import { createHash, randomBytes } from "node:crypto";

import type Database from "libsql";

/** What the local Studio has a project for: `demo` has simulated recordings, `empty` began with nothing in it. */
export type ProjectKind = "demo" | "empty";

/** `named`: somebody asked for it, gave it its name, and got a key that opens it and no other. */
type StoredKind = ProjectKind | "named";

export interface Project {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  /** Key with which the project's devices sign what they record. */
  readonly hmacKey: string;
  readonly defaultImpulseId: number | undefined;
  /** ISO 8601. */
  readonly created: string;
  /** When a sample or an impulse of it changed last; ISO 8601. */
  readonly modified: string | undefined;
}

/** The projects, and the keys that open them. */
export class Projects {
  readonly #insert;
  readonly #byId;
  readonly #byKey;
  readonly #newestOfKind;
  readonly #setKind;
  readonly #insertKey;
  readonly #deleteKeys;
  readonly #isNamed;
  readonly #setDefaultImpulse;
  readonly #reset;

  constructor(database: Database.Database) {
    this.#insert = database.prepare(
      "INSERT INTO project (name, description, hmac_key, created) VALUES (?, ?, ?, ?) RETURNING *",
    );
    this.#byId = database.prepare("SELECT * FROM project WHERE id = ?");
    this.#byKey = database.prepare(
      "SELECT project.* FROM project JOIN api_key ON api_key.project_id = project.id WHERE api_key.hash = ?",
    );
    this.#newestOfKind = database.prepare("SELECT * FROM project WHERE kind = ? ORDER BY id DESC LIMIT 1");
    this.#setKind = database.prepare("UPDATE project SET kind = ? WHERE id = ?");
    this.#insertKey = database.prepare("INSERT OR REPLACE INTO api_key (hash, project_id) VALUES (?, ?)");
    this.#deleteKeys = database.prepare("DELETE FROM api_key WHERE project_id = ?");
    this.#isNamed = database.prepare("SELECT 1 FROM project WHERE id = ? AND kind = 'named'");
    this.#reset = database.prepare(`UPDATE project SET default_impulse_id = NULL, modified = NULL,
         kind = CASE kind WHEN 'demo' THEN NULL ELSE kind END WHERE id = ?`);
    this.#setDefaultImpulse = database.prepare("UPDATE project SET default_impulse_id = ? WHERE id = ?");
  }

  create(name: string, description: string): Project {
    const hmacKey = randomBytes(16).toString("hex");
    const [row] = this.#insert.all([name, description, hmacKey, new Date().toISOString()]) as [ProjectRow];
    return toProject(row);
  }

  get(id: number): Project | undefined {
    const [row] = this.#byId.all([id]) as ProjectRow[];
    return row && toProject(row);
  }

  /** The project that a key opens. */
  findByKey(apiKey: string): Project | undefined {
    const [row] = this.#byKey.all([hashOf(apiKey)]) as ProjectRow[];
    return row && toProject(row);
  }

  newestOfKind(kind: ProjectKind): Project | undefined {
    const [row] = this.#newestOfKind.all([kind]) as ProjectRow[];
    return row && toProject(row);
  }

  /** The project is complete. One without a kind was interrupted while it was made, and nobody finds it again. */
  setKind(projectId: number, kind: StoredKind): void {
    this.#setKind.run([kind, projectId]);
  }

  /** Lets a key open a project, and no other from now on; only its hash is stored. */
  addKey(projectId: number, apiKey: string): void {
    this.#insertKey.run([hashOf(apiKey), projectId]);
  }

  /** Lets a key open a project in the place of all that did so before. */
  replaceKeys(projectId: number, apiKey: string): void {
    this.#deleteKeys.run([projectId]);
    this.addKey(projectId, apiKey);
  }

  /** Whether somebody asked for this project by name. */
  isNamed(projectId: number): boolean {
    return this.#isNamed.all([projectId]).length > 0;
  }

  /** The project has nothing in it any more; a demo without its recordings is none, and the next start makes another. */
  reset(projectId: number): void {
    this.#reset.run([projectId]);
  }

  /** @param impulseId `undefined`: the project has no impulse any more. */
  setDefaultImpulse(projectId: number, impulseId: number | undefined): void {
    this.#setDefaultImpulse.run([impulseId ?? null, projectId]);
  }
}

interface ProjectRow {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly hmac_key: string;
  readonly default_impulse_id: number | null;
  readonly created: string;
  readonly modified: string | null;
}

function toProject(row: ProjectRow): Project {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    hmacKey: row.hmac_key,
    defaultImpulseId: row.default_impulse_id ?? undefined,
    created: row.created,
    modified: row.modified ?? undefined,
  };
}

function hashOf(apiKey: string): string {
  return createHash("sha256").update(apiKey).digest("hex");
}
