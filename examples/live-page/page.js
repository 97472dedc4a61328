// Lists the newest runs of a server, and what became of their windows: ?server=http://127.0.0.1:4700
import { connectLive, FEED } from "@windowscope/protocol";

const server = new URLSearchParams(location.search).get("server") ?? "http://127.0.0.1:4700";
const live = connectLive(new URL("/live", server.replace(/^http/, "ws")), {
  // The connection ends with the page.
  signal: new AbortController().signal,
  onState: (state) => (document.querySelector("#state").textContent = state.name),
});

const items = new Map();

/** Each run has one line, which is written anew whenever the server tells of it. */
function show({ runId, sampleName, state, windows, verdicts }) {
  let item = items.get(runId);
  if (!item) {
    item = document.createElement("li");
    items.set(runId, item);
    document.querySelector("#runs").prepend(item);
  }
  const counts = Object.entries(verdicts).map(([verdict, count]) => `${verdict} ${count}`);
  item.textContent = `${sampleName}: ${state}, ${windows} windows: ${counts.join(", ")}`;
}

for await (const event of live.subscribe(FEED, { tail: 20 })) {
  if (event.type === "reset") {
    items.clear();
    document.querySelector("#runs").replaceChildren();
  }
  if (event.type === "entries") for (const entry of event.entries) if (entry.kind === "run") show(entry.run);
}
