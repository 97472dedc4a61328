import { isDeepStrictEqual } from "node:util";

import {
  availableVariants,
  parseImpulse,
  toImpulseDocument,
  type BlockParameters,
  type Impulse,
  type KMeansBlock,
  type Variant,
} from "@windowscope/engine";
import type Database from "libsql";

/** Settings of the only kind of processing block that this Studio has: FFT analysis, version 2 or 3. */
export type Features = Extract<BlockParameters, { readonly fftLength: number; readonly doLog: boolean }> & {
  readonly version: 2 | 3;
};

/** What an impulse is to read, how it is to see it, and which learn blocks it has; nothing that is learnt. */
export interface ImpulseDesign extends Pick<Impulse, "name" | "input"> {
  /** Of the only processing block, which reads all axes. */
  readonly features: Features;
  /** Of the classifier; absent without one. */
  readonly minimumConfidence: number | undefined;
  /** Of the anomaly block; absent without one. */
  readonly anomalyThreshold: number | undefined;
}

/** What blocks begin with; features as in Studio's motion tutorial. */
export const USUAL_BLOCKS = {
  features: {
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
  minimumConfidence: 0.6,
  anomalyThreshold: 0.3,
} as const satisfies Partial<ImpulseDesign>;

/** An impulse that this Studio can show and run: anomalies by K-means. */
export interface StudioImpulse extends Impulse {
  readonly anomaly: KMeansBlock | undefined;
}

/** An impulse of a project. */
export interface StoredImpulse {
  readonly id: number;
  readonly projectId: number;
  /** One more with each change that makes results stale: another model, another threshold. */
  readonly revision: number;
  readonly design: ImpulseDesign;
  /** With the blocks that have learnt something; `undefined` before the first has. */
  readonly impulse: StudioImpulse | undefined;
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
export type TrainedImpulse = StoredImpulse & { readonly impulse: StudioImpulse };

export function isTrained(stored: StoredImpulse): stored is TrainedImpulse {
  return stored.impulse !== undefined;
}

/** Whether every learn block of the design has learnt something. */
export function isComplete({ design, classifierTrained, anomalyTrained }: StoredImpulse): boolean {
  const lacksClassifier = design.minimumConfidence !== undefined && classifierTrained === undefined;
  const lacksAnomaly = design.anomalyThreshold !== undefined && anomalyTrained === undefined;
  return !lacksClassifier && !lacksAnomaly;
}

/** When the newest block was trained; empty before the first was. */
export function newestTraining({ classifierTrained = "", anomalyTrained = "" }: StoredImpulse): string {
  return classifierTrained > anomalyTrained ? classifierTrained : anomalyTrained;
}

/** The variant that runs when none is asked for: Studio's float32, or what there is. */
export function defaultVariant({ variants }: StoredImpulse): Variant {
  return variants.includes("int8") && !variants.includes("float32") ? "int8" : "float32";
}

/** Ids of an impulse's blocks: an impulse here has at most one of each kind. */
export const BLOCK = { input: 1, features: 2, classifier: 3, anomaly: 4 } as const;

/** The ids of the learn blocks that have learnt something. */
export function trainedBlocks({ impulse }: StoredImpulse): number[] {
  return [impulse?.classifier && BLOCK.classifier, impulse?.anomaly && BLOCK.anomaly].filter((id) => id !== undefined);
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

  /**
   * Adds an impulse that has learnt what it is to know.
   *
   * @throws {RangeError} when its processing blocks are others than this Studio has, or its windows for classifying.
   */
  add(projectId: number, impulse: Impulse): StoredImpulse {
    const { classifier, anomaly } = toImpulseDocument(impulse) as { classifier?: object; anomaly?: object };
    const now = new Date().toISOString();
    const { name, input } = impulse;
    if (impulse.regression) throw new RangeError("The local Studio has no regression blocks.");
    if (impulse.anomaly && !("clusters" in impulse.anomaly)) {
      throw new RangeError("The local Studio finds anomalies by K-means, and this impulse by a Gaussian mixture.");
    }
    const { windowIncreaseMs, classificationWindowIncreaseMs = windowIncreaseMs } = input;
    if (classificationWindowIncreaseMs !== windowIncreaseMs) {
      throw new RangeError('The local Studio classifies with "windowIncreaseMs"; leave the other increase out.');
    }
    const design: ImpulseDesign = {
      name,
      input,
      features: featuresOf(impulse.blocks),
      minimumConfidence: impulse.classifier?.minimumConfidence,
      anomalyThreshold: impulse.anomaly?.threshold,
    };
    const [row] = this.#insert.all([
      projectId,
      JSON.stringify(design),
      classifier ? JSON.stringify(classifier) : null,
      anomaly ? JSON.stringify(anomaly) : null,
      classifier ? now : null,
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
      isDeepStrictEqual(before?.input, design.input) && isDeepStrictEqual(before?.features, design.features);
    const keepsClassifier = Number(seesTheSame && design.minimumConfidence !== undefined);
    const keepsAnomaly = Number(seesTheSame && design.anomalyThreshold !== undefined);
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

/** @throws {RangeError} when an impulse has other processing blocks than this Studio. */
export function featuresOf(blocks: Impulse["blocks"]): Features {
  const [block, another] = blocks;
  const parameters = block?.parameters;
  const isOurs =
    parameters?.type === "spectral-analysis" &&
    (parameters.version === 2 || parameters.version === 3) &&
    (parameters.analysisType ?? "FFT") === "FFT";
  if (!isOurs || another || block?.axes || block?.normalisation) {
    throw new RangeError(
      "The local Studio has one processing block, spectral analysis of version 2 or 3, on all axes and as it comes; " +
        `this impulse has ${blocks.map(({ parameters: { type, version } }) => `${type} ${version}`).join(", ")}.`,
    );
  }
  return parameters as Features;
}

/** The blocks that have learnt something, with the thresholds of the design. */
function parseModels(design: ImpulseDesign, { classifier, anomaly }: ImpulseRow): StudioImpulse | undefined {
  if (classifier === null && anomaly === null) return undefined;
  const { name, input, features, minimumConfidence, anomalyThreshold } = design;
  return parseImpulse({
    format: "windowscope-impulse",
    version: 2,
    name,
    input,
    blocks: [{ parameters: features }],
    ...(classifier !== null && { classifier: { ...(JSON.parse(classifier) as object), minimumConfidence } }),
    ...(anomaly !== null && { anomaly: { ...(JSON.parse(anomaly) as object), threshold: anomalyThreshold } }),
    // Nothing else is stored.
  }) as StudioImpulse;
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
