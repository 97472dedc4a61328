/** Bundled and weighed: a program that classifies one sample, and hears of its job's end over the socket. */
import { classifySample, connectJobSocket, createTransport } from "@windowscope/sdk";

export async function classify(apiKey: string, projectId: number, sampleId: number) {
  const studio = createTransport({ apiKey });
  const stop = new AbortController();
  const openSocket = (url: string) => new WebSocket(url);
  const hints = connectJobSocket(studio, { projectId, openSocket, signal: stop.signal });
  try {
    return await classifySample(studio, { projectId, sampleId, hints });
  } finally {
    stop.abort();
  }
}
