/** The child process of a local Studio. Its argument is the least length of its jobs, ms. */
import { startStudio } from "@windowscope/studio";

import { answerParent } from "./children.ts";
import { API_KEY } from "./settings.ts";

const [leastJobMs] = process.argv.slice(2);
const ports = { studio: 0, devices: 0, ingestion: 0 };
const { url, ingestionUrl, projectId } = await startStudio({
  apiKey: API_KEY,
  project: "demo",
  ports,
  leastJobMs: Number(leastJobMs),
});

const commands = { place: () => ({ url, ingestionUrl, projectId }) };
export type StudioCommands = typeof commands;
export type StudioPlace = ReturnType<StudioCommands["place"]>;

answerParent(commands);
