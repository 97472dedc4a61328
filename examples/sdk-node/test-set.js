// Lets Studio classify the whole test set, and says how far the job is. Ctrl-C cancels it.
import { cancelJob, classifyTestSet, createStudio, StudioError } from "@windowscope/sdk";

const studio = createStudio({ apiKey: process.env.EI_API_KEY, baseUrl: process.env.EI_STUDIO_URL });
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
let projectId = 0;
let jobId = 0;
try {
  const { projects } = await studio.call("listProjects", { signal: stop.signal });
  projectId = projects[0].id;
  const { accuracy, predictions } = await classifyTestSet(studio, {
    projectId,
    signal: stop.signal,
    onJob: (id) => void (jobId = id),
    onStatus: ({ started, finished }) => console.log(`job ${jobId}: ${finished ? "over" : started ? "runs" : "waits"}`),
    onLog: (line) => console.log(`  ${line.trimEnd()}`),
  });
  console.log(`${predictions.length} windows, ${accuracy.totalSummary.good} of them right`);
} catch (error) {
  if (stop.signal.aborted) {
    if (jobId > 0) await cancelJob(studio, { projectId, jobId });
    console.log(jobId > 0 ? `job ${jobId}: cancelled` : "Ended before there was a job.");
  } else if (error instanceof StudioError) {
    console.error(error.message);
    process.exitCode = 1;
  } else throw error;
}
