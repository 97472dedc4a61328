/** How many windows of the newest recordings got which verdict. */
import { classifyWindows, createStudio, StudioNotFoundError, type StudioRequest } from "@windowscope/sdk";
import type { Schemas } from "@windowscope/sdk/api-types";

const RECORDINGS = 3;

const studio = createStudio({ apiKey: process.env.EI_API_KEY ?? "", baseUrl: process.env.EI_STUDIO_URL });

async function countVerdicts(projectId: number, sample: Schemas["Sample"]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const { verdict } of classifyWindows(studio, { projectId, sampleId: sample.id })) {
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  return counts;
}

const { projects } = await studio.call("listProjects");
const project = projects[0];
if (!project) throw new Error("This key opens no project.");

const request: StudioRequest<"listSamples"> = {
  path: { projectId: project.id },
  query: { category: "testing", limit: RECORDINGS },
};
const { samples } = await studio.call("listSamples", request);
if (samples.length === 0) console.log("The test set has no recording yet.");
for (const sample of samples) console.log(sample.filename, Object.fromEntries(await countVerdicts(project.id, sample)));

try {
  await studio.call("getSample", { path: { projectId: project.id, sampleId: 999_999_999 } });
} catch (error) {
  if (!(error instanceof StudioNotFoundError)) throw error;
  console.log("not found:", error.operation, error.status);
}

/** What the compiler refuses. */
export function forgetful(): unknown[] {
  return [
    // @ts-expect-error There is no such operation.
    studio.call("getEverything"),
    // @ts-expect-error The path needs a project.
    studio.call("getProjectInfo"),
    // @ts-expect-error The query needs a category.
    studio.call("listSamples", { path: { projectId: 1 } }),
  ];
}
