// Prints a line for each window that is an anomaly, as it happens: node alert.js [ADDRESS]
import { connectLive, FEED, VERDICT } from "@windowscope/protocol";

const address = process.argv[2] ?? "ws://127.0.0.1:4700/live";
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
const live = connectLive(address, {
  signal: stop.signal,
  client: "example live-alerts",
  onState: (state) => console.error("reason" in state && state.reason ? `${state.name}: ${state.reason}` : state.name),
});

/** Follows one run to its end. */
async function alertOf({ runId, sampleName }) {
  // After a reset the log comes again from its beginning; nobody wants an alert twice.
  let next = 0;
  for await (const event of live.subscribe(runId, "start")) {
    if (event.type !== "entries") continue;
    for (const entry of event.entries) {
      if (entry.kind !== "windows") continue;
      for (let i = Math.max(0, next - entry.first); i < entry.count; i++) {
        if (entry.verdicts[i] !== VERDICT.anomaly) continue;
        const seconds = [entry.startMs[i], entry.endMs[i]].map((ms) => (ms / 1000).toFixed(2)).join(" to ");
        console.log(`${sampleName}, ${seconds} s: anomaly ${entry.anomaly[i].toFixed(2)}`);
      }
      next = Math.max(next, entry.first + entry.count);
    }
  }
}

const followed = new Set();
try {
  for await (const event of live.subscribe(FEED, { tail: 1 })) {
    if (event.type !== "entries") continue;
    for (const entry of event.entries) {
      if (entry.kind !== "run" || followed.has(entry.run.runId)) continue;
      followed.add(entry.run.runId);
      alertOf(entry.run).catch((error) => stop.abort(error));
    }
  }
} catch (error) {
  // Ctrl-C is no failure.
  if (!(error instanceof Error && error.name === "AbortError")) throw error;
}
