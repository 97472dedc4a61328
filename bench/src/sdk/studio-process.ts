/**
 * The child process in which local Studios run, so that the clients that are measured have an event loop of their own.
 *
 * Its arguments are the key and, for each Studio, the least length of its jobs, ms. Its one message says where they
 * are. It ends with its parent.
 */
import { startStudio } from "@windowscope/studio";

/** Where one Studio is. */
export interface StudioPlace {
  readonly url: string;
  readonly projectId: number;
  readonly leastJobMs: number;
}

const ports = { studio: 0, devices: 0, ingestion: 0 };
const [apiKey = "", ...leastJobsMs] = process.argv.slice(2);

process.on("disconnect", () => process.exit());
const places: StudioPlace[] = [];
for (const leastJobMs of leastJobsMs.map(Number)) {
  const { url, projectId } = await startStudio({ apiKey, project: "demo", ports, leastJobMs });
  places.push({ url, projectId, leastJobMs });
}
process.send?.(places);
