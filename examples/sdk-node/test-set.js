// Lets Studio classify the whole test set, and says how far the job is. Ctrl-C cancels it.
import { cancelJob, classifyTestSet, createStudio } from "@windowscope/sdk";

const studio = createStudio({ apiKey: process.env.EI_API_KEY, baseUrl: process.env.EI_STUDIO_URL });
const { projects } = await studio.call("listProjects");
const projectId = projects[0].id;

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
let jobId = 0;
try {
  const { accuracy, predictions } = await classifyTestSet(studio, {
    projectId,
    signal: stop.signal,
    onJob: (id) => void (jobId = id),
    onStatus: ({ started, finished }) => console.log(`job ${jobId}: ${finished ? "over" : started ? "runs" : "waits"}`),
    onLog: (line) => console.log(`  ${line.trimEnd()}`),
  });
  console.log(`${predictions.length} windows, ${accuracy.totalSummary.good} of them right`);
} catch (error) {
  if (!stop.signal.aborted) throw error;
  if (jobId > 0) await cancelJob(studio, { projectId, jobId });
  console.log(`job ${jobId}: cancelled`);
}
