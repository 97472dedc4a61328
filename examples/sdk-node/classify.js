// Classifies a recording and prints its windows: node classify.js [SAMPLE]. Without a number the newest of the test set.
import { classifyWindows, createStudio, newestSampleId, StudioError } from "@windowscope/sdk";

const studio = createStudio({ apiKey: process.env.EI_API_KEY, baseUrl: process.env.EI_STUDIO_URL });

async function printWindows(projectId, sampleId) {
  console.log(`sample ${sampleId} of project ${projectId}`);
  for await (const { startMs, endMs, expected, verdict, reason } of classifyWindows(studio, { projectId, sampleId })) {
    const mark = expected === verdict ? " " : "≠";
    console.log(`${startMs.toFixed().padStart(7)} to ${endMs.toFixed().padStart(7)} ms ${mark} ${verdict}: ${reason}`);
  }
}

try {
  const { projects } = await studio.call("listProjects");
  const projectId = projects[0].id;
  const sampleId = Number(process.argv[2] ?? (await newestSampleId(studio, { projectId, category: "testing" })));
  if (sampleId > 0) await printWindows(projectId, sampleId);
  else console.log(process.argv[2] ? "Which sample? Its number is wanted." : "The test set has no recording yet.");
} catch (error) {
  // What Studio, the network or the key may cause has a message for people; the rest is a mistake in this program.
  if (!(error instanceof StudioError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
