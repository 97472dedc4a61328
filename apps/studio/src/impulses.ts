import { isDeepStrictEqual } from "node:util";

import { availableVariants, parseImpulse, toImpulseDocument, type Impulse, type Variant } from "@windowscope/engine";
import type Database from "libsql";

/** What an impulse is to read, how it is to see it, and which learn blocks it has; nothing that is learnt. */
export interface ImpulseDesign extends Pick<Impulse, "name" | "input" | "blocks"> {
  /** Of the classifier; absent without one. */
  readonly minimumConfidence: number | undefined;
  /** Of the regression, an error up to which its value is right; absent without one. */
  readonly maximumError?: number | undefined;
  /** Of the anomaly block; absent without one. */
  readonly anomalyThreshold: number | undefined;
  /** What finds anomalies: a Gaussian mixture, or K-means without it. */
  readonly anomalyModel?: "gmm" | undefined;
}

/** What blocks begin with; features as in Studio's motion tutorial. */
export const USUAL_BLOCKS = {
  blocks: [
    {
      parameters: {
        type: "spectral-analysis",
        version: 2,
        scaleAxes: 1,
        filterType: "none",
        filterCutoffHz: 0,
        filterOrder: 0,
        fftLength: 16,
        doLog: true,
        doFftOverlap: true,
      },
    },
  ],
  minimumConfidence: 0.6,
  anomalyThreshold: 0.3,
} as const satisfies Partial<ImpulseDesign>;

/** What a regression begins with, for its document has none. */
const USUAL_MAXIMUM_ERROR = 1;

/** An impulse of a project. */
export interface StoredImpulse {
  readonly id: number;
  readonly projectId: number;
  /** One more with each change that makes results stale: another model, another threshold. */
  readonly revision: number;
  readonly design: ImpulseDesign;
  /** With the blocks that have learnt something; `undefined` before the first has. */
  readonly impulse: Impulse | undefined;
  /** The impulse document as JSON; empty without an impulse. */
  readonly document: string;
  readonly variants: readonly Variant[];
  /** ISO 8601. */
  readonly created: string;
  /** When each block was trained, as far as this Studio knows; ISO 8601. */
  readonly classifierTrained: string | undefined;
  readonly anomalyTrained: string | undefined;
}

/** An impulse that can classify. */
export type TrainedImpulse = StoredImpulse & { readonly impulse: Impulse };

export function isTrained(stored: StoredImpulse): stored is TrainedImpulse {
  return stored.impulse !== undefined;
}

/** Whether every learn block of the design has learnt something. */
export function isComplete({ design, classifierTrained, anomalyTrained }: StoredImpulse): boolean {
  const lacksClassifier = hasNetwork(design) && classifierTrained === undefined;
  const lacksAnomaly = design.anomalyThreshold !== undefined && anomalyTrained === undefined;
  return !lacksClassifier && !lacksAnomaly;
}

/** Whether it has a classifier, or a regression in its place. */
function hasNetwork({ minimumConfidence, maximumError }: ImpulseDesign): boolean {
  return minimumConfidence !== undefined || maximumError !== undefined;
}

/** When the newest block was trained; empty before the first was. */
export function newestTraining({ classifierTrained = "", anomalyTrained = "" }: StoredImpulse): string {
  return classifierTrained > anomalyTrained ? classifierTrained : anomalyTrained;
}

/** The variant that runs when none is asked for: Studio's float32, or what there is. */
export function defaultVariant({ variants }: StoredImpulse): Variant {
  return variants.includes("int8") && !variants.includes("float32") ? "int8" : "float32";
}

/**
 * Ids of an impulse's blocks. It has at most one of each kind, but for processing blocks: those behind the first one
 * follow the others. A regression stands in the place of the classifier.
 */
export const BLOCK = { input: 1, features: 2, classifier: 3, anomaly: 4 } as const;

/** The id of a processing block by its place among them. */
export function processingBlockId(place: number): number {
  return place === 0 ? BLOCK.features : BLOCK.anomaly + place;
}

/** The ids of the learn blocks that have learnt something. */
export function trainedBlocks({ impulse }: StoredImpulse): number[] {
  const network = impulse?.classifier ?? impulse?.regression;
  return [network && BLOCK.classifier, impulse?.anomaly && BLOCK.anomaly].filter((id) => id !== undefined);
}

/** What learn blocks have learnt; a block that is absent was not trained. */
export interface TrainedModels {
  readonly classifier: string | undefined;
  readonly anomaly: string | undefined;
  readonly anomalyThreshold: number | undefined;
}

/** The impulses of every project. */
export class Impulses {
  readonly #insert;
  readonly #byId;
  readonly #idsOfProject;
  readonly #setDesign;
  readonly #setModels;
  readonly #delete;
  /** By id and revision; parsing weights takes longer than classifying with them. */
  readonly #parsed = new Map<number, StoredImpulse>();

  constructor(database: Database.Database) {
    this.#insert = database.prepare(
      `INSERT INTO impulse (project_id, design, classifier, anomaly, classifier_trained, anomaly_trained, created)
       VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *`,
    );
    this.#byId = database.prepare("SELECT * FROM impulse WHERE id = ?");
    this.#idsOfProject = database.prepare("SELECT id FROM impulse WHERE project_id = ? ORDER BY id");
    this.#setDesign = database.prepare(
      `UPDATE impulse SET design = ?, revision = revision + 1,
         classifier = iif(?, classifier, NULL), classifier_trained = iif(?, classifier_trained, NULL),
         anomaly = iif(?, anomaly, NULL), anomaly_trained = iif(?, anomaly_trained, NULL)
       WHERE id = ?`,
    );
    this.#setModels = database.prepare(
      `UPDATE impulse SET design = ?, classifier = coalesce(?, classifier), anomaly = coalesce(?, anomaly),
         classifier_trained = coalesce(?, classifier_trained), anomaly_trained = coalesce(?, anomaly_trained),
         revision = revision + 1
       WHERE id = ?`,
    );
    this.#delete = database.prepare("DELETE FROM impulse WHERE id = ?");
  }

  /** Adds an impulse that has learnt what it is to know. */
  add(projectId: number, impulse: Impulse): StoredImpulse {
    const { classifier, regression, anomaly } = toImpulseDocument(impulse) as {
      classifier?: object;
      regression?: object;
      anomaly?: object;
    };
    const network = classifier ?? regression;
    const now = new Date().toISOString();
    const { name, input, blocks } = impulse;
    const design: ImpulseDesign = {
      name,
      input,
      blocks,
      minimumConfidence: impulse.classifier?.minimumConfidence,
      ...(impulse.regression && { maximumError: USUAL_MAXIMUM_ERROR }),
      anomalyThreshold: impulse.anomaly?.threshold,
      ...(impulse.anomaly && "weights" in impulse.anomaly && { anomalyModel: "gmm" }),
    };
    const [row] = this.#insert.all([
      projectId,
      JSON.stringify(design),
      network ? JSON.stringify(network) : null,
      anomaly ? JSON.stringify(anomaly) : null,
      network ? now : null,
      anomaly ? now : null,
      now,
    ]) as [ImpulseRow];
    return this.#remember(row);
  }

  /** Adds an impulse that has yet to be trained. */
  addDesign(projectId: number, design: ImpulseDesign): StoredImpulse {
    const now = new Date().toISOString();
    const [row] = this.#insert.all([projectId, JSON.stringify(design), null, null, null, null, now]) as [ImpulseRow];
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

  /**
   * Another design. A block that is not in it forgets what it has learnt, and every block does when windows or features
   * are others than those that it has learnt from.
   */
  setDesign(id: number, design: ImpulseDesign): void {
    const before = this.get(id)?.design;
    const seesTheSame =
      isDeepStrictEqual(before?.input, design.input) && isDeepStrictEqual(before?.blocks, design.blocks);
    const isSameNetwork = (before?.maximumError === undefined) === (design.maximumError === undefined);
    const isSameAnomaly = before?.anomalyModel === design.anomalyModel;
    const keepsClassifier = Number(seesTheSame && isSameNetwork && hasNetwork(design));
    const keepsAnomaly = Number(seesTheSame && isSameAnomaly && design.anomalyThreshold !== undefined);
    const kept = [keepsClassifier, keepsClassifier, keepsAnomaly, keepsAnomaly];
    this.#setDesign.run([JSON.stringify(design), ...kept, id]);
    this.#parsed.delete(id);
  }

  /**
   * What learn blocks have learnt takes the place of what they knew before.
   *
   * @param models As they stand in an impulse document, as JSON; a block that is absent stays as it is.
   */
  setModels({ id, design }: StoredImpulse, { classifier, anomaly, anomalyThreshold }: TrainedModels): void {
    const now = new Date().toISOString();
    const trained = (model: string | undefined) => (model === undefined ? null : now);
    const newDesign = { ...design, anomalyThreshold: anomalyThreshold ?? design.anomalyThreshold };
    this.#setModels.run([
      JSON.stringify(newDesign),
      classifier ?? null,
      anomaly ?? null,
      trained(classifier),
      trained(anomaly),
      id,
    ]);
    this.#parsed.delete(id);
  }

  /** Deletes an impulse and every result of it. */
  delete(id: number): void {
    this.#delete.run([id]);
    this.#parsed.delete(id);
  }

  #remember(row: ImpulseRow): StoredImpulse {
    const design = parseDesign(row.design);
    const impulse = parseModels(design, row);
    const stored: StoredImpulse = {
      id: row.id,
      projectId: row.project_id,
      revision: row.revision,
      design,
      impulse,
      document: impulse ? JSON.stringify(toImpulseDocument(impulse)) : "",
      variants: impulse ? availableVariants(impulse) : [],
      created: row.created,
      classifierTrained: row.classifier_trained ?? undefined,
      anomalyTrained: row.anomaly_trained ?? undefined,
    };
    this.#parsed.set(row.id, stored);
    return stored;
  }
}

function parseDesign(json: string): ImpulseDesign {
  const design = JSON.parse(json) as ImpulseDesign;
  // A database of an older version says null.
  return {
    ...design,
    minimumConfidence: design.minimumConfidence ?? undefined,
    anomalyThreshold: design.anomalyThreshold ?? undefined,
  };
}

/** The blocks that have learnt something, with the thresholds of the design. */
function parseModels(design: ImpulseDesign, { classifier, anomaly }: ImpulseRow): Impulse | undefined {
  if (classifier === null && anomaly === null) return undefined;
  const { name, input, blocks, minimumConfidence, maximumError, anomalyThreshold } = design;
  const network = classifier === null ? undefined : (JSON.parse(classifier) as object);
  return parseImpulse({
    format: "windowscope-impulse",
    version: 2,
    name,
    input,
    blocks,
    ...(network &&
      (maximumError === undefined ? { classifier: { ...network, minimumConfidence } } : { regression: network })),
    ...(anomaly !== null && { anomaly: { ...(JSON.parse(anomaly) as object), threshold: anomalyThreshold } }),
  });
}

interface ImpulseRow {
  readonly id: number;
  readonly project_id: number;
  readonly revision: number;
  readonly design: string;
  readonly classifier: string | null;
  readonly anomaly: string | null;
  readonly classifier_trained: string | null;
  readonly anomaly_trained: string | null;
  readonly created: string;
}
