/** The scope in a worker of its own: drawing and counting never make the page wait. See connect-scope.ts. */
import { PLATFORM } from "./platform.ts";
import { sendChangedRuns, type Crossing } from "./changed-runs.ts";
import type { Port, ScopeRequest } from "./scope-port.ts";
import { Scope } from "./scope.ts";

const worker: object = globalThis;
const port = worker as Port<Crossing | Ready, ScopeRequest>;

/** The first word of a worker that works. */
export interface Ready {
  readonly type: "ready";
}

port.postMessage({ type: "ready" });
new Scope(sendChangedRuns(port), PLATFORM);
