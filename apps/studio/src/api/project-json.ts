import type { Schemas } from "@windowscope/sdk/api-types";

import type { Project } from "../projects.ts";
import type { Sample } from "../samples.ts";
import { OWNER } from "./sample-json.ts";

/** A project as the API lists it. */
export function projectJson({ id, name, description, created }: Project): Schemas["Project"] {
  return {
    id,
    name,
    description,
    created,
    owner: OWNER,
    ownerIsDeveloperProfile: true,
    collaborators: [],
    labelingMethod: "single_label",
    metadata: {},
    isEnterpriseProject: false,
    whitelabelId: null,
    tier: "free",
    hasPublicVersion: false,
    isPublic: false,
    allowsLivePublicAccess: false,
    indPauseProcessingSamples: false,
    publicProjectListed: false,
  };
}

type ProjectInfo = Omit<Schemas["ProjectInfoResponse"], "success" | "error">;

/** Everything about a project that this Studio has, and empty values for what it does not do. */
export function projectInfoJson(
  project: Project,
  found: {
    readonly hasImpulse: boolean;
    readonly isTrained: boolean;
    readonly newestSample: Sample | undefined;
    readonly devices: Schemas["Device"][];
    readonly training: Schemas["ProjectDataSummary"];
    readonly testing: Schemas["ProjectDataSummary"];
    readonly validation: Schemas["ProjectDataSummary"];
    readonly postProcessing: Schemas["ProjectDataSummary"];
    readonly studioUrl: string;
  },
): ProjectInfo {
  const { hasImpulse, isTrained, newestSample, devices, training, testing, validation, postProcessing, studioUrl } =
    found;
  return {
    project: projectJson(project),
    developmentKeys: {},
    impulse: { created: hasImpulse, configured: hasImpulse, complete: isTrained },
    devices,
    dataSummary: training,
    dataSummaryPerCategory: { training, testing, validation, postProcessing },
    computeTime: { periodStartDate: project.created, periodEndDate: project.created, timeUsedMs: 0, timeLeftMs: 0 },
    acquisitionSettings: {
      intervalMs: newestSample?.intervalMs ?? 16,
      lengthMs: newestSample ? newestSample.intervalMs * newestSample.valuesCount : 10_000,
      ...(newestSample && { label: newestSample.label }),
      segmentShift: false,
      defaultPageSize: 12,
      viewType: "list",
      gridColumnCount: 4,
      gridColumnCountDetailed: 2,
      showExactSampleLength: false,
      inlineEditBoundingBoxes: false,
    },
    collaborators: [],
    deploySettings: {},
    experiments: [],
    latencyDevices: [],
    urls: {},
    showCreateFirstImpulse: !hasImpulse,
    showGettingStartedWizard: { showWizard: false, step: 0 },
    performance: { gpu: false, jobLimitM: 60, dspFileSizeMb: 4096, enterprisePerformance: false, trainJobRamMb: 8192 },
    trainJobNotificationUids: [],
    dspJobNotificationUids: [],
    modelTestingJobNotificationUids: [],
    exportJobNotificationUids: [],
    hasNewTrainingData: false,
    studioUrl,
    inPretrainedModelFlow: false,
    showSensorDataInAcquisitionGraph: true,
    notifications: [],
    ...(project.defaultImpulseId !== undefined && { defaultImpulseId: project.defaultImpulseId }),
    anomalyLabelsConfig: { anomalyLabels: ["anomaly"], noAnomalyLabels: ["no anomaly"] },
  };
}
