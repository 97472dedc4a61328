import { availableVariants, parseImpulse, toImpulseDocument, type Impulse, type Variant } from "@windowscope/engine";
import type Database from "libsql";

/** An impulse of a project, ready to run. */
export interface StoredImpulse {
  readonly id: number;
  readonly projectId: number;
  readonly impulse: Impulse;
  readonly variants: readonly Variant[];
  /** ISO 8601; when its blocks were trained, as far as this Studio knows. */
  readonly created: string;
}

/** Ids of an impulse's blocks: an impulse here has at most one of each kind. */
export const BLOCK = { input: 1, features: 2, classifier: 3, anomaly: 4 } as const;

/** The impulses. A stored one never changes; a new one gets a new id. */
export class Impulses {
  readonly #insert;
  readonly #byId;
  readonly #idsOfProject;
  /** Parsing weights takes longer than classifying with them. */
  readonly #parsed = new Map<number, StoredImpulse>();

  constructor(database: Database.Database) {
    this.#insert = database.prepare(
      "INSERT INTO impulse (project_id, document, created) VALUES (?, ?, ?) RETURNING id, project_id, document, created",
    );
    this.#byId = database.prepare("SELECT id, project_id, document, created FROM impulse WHERE id = ?");
    this.#idsOfProject = database.prepare("SELECT id FROM impulse WHERE project_id = ? ORDER BY id");
  }

  add(projectId: number, impulse: Impulse): StoredImpulse {
    const document = JSON.stringify(toImpulseDocument(impulse));
    const [row] = this.#insert.all([projectId, document, new Date().toISOString()]) as [ImpulseRow];
    return this.#remember(row);
  }

  get(id: number): StoredImpulse | undefined {
    const parsed = this.#parsed.get(id);
    if (parsed) return parsed;
    const [row] = this.#byId.all([id]) as ImpulseRow[];
    return row && this.#remember(row);
  }

  /** The impulses of a project, the newest last. */
  list(projectId: number): StoredImpulse[] {
    const rows = this.#idsOfProject.all([projectId]) as { id: number }[];
    return rows.flatMap(({ id }) => this.get(id) ?? []);
  }

  #remember({ id, project_id, document, created }: ImpulseRow): StoredImpulse {
    const impulse = parseImpulse(JSON.parse(document));
    const stored = { id, projectId: project_id, impulse, variants: availableVariants(impulse), created };
    this.#parsed.set(id, stored);
    return stored;
  }
}

interface ImpulseRow {
  readonly id: number;
  readonly project_id: number;
  readonly document: string;
  readonly created: string;
}
