import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** What the server counts and measures, for Prometheus. One object a server, so that tests do not share numbers. */
export class Metrics {
  readonly registry = new Registry();
  readonly viewers = this.#gauge("windowscope_viewers", "Viewers that are connected.");
  readonly subscriptions = this.#gauge("windowscope_subscriptions", "Logs that viewers follow, each counted.");
  readonly bufferedBytes = this.#gauge("windowscope_buffered_bytes", "Bytes handed to sockets and not yet sent.");
  readonly furthestBehind = this.#gauge(
    "windowscope_viewer_lag_entries",
    "Entries that the viewer furthest behind has not acknowledged.",
  );
  readonly closes = this.#counter("windowscope_viewer_closes_total", "Connections that the server closed.", ["code"]);
  readonly sentEntries = this.#counter("windowscope_sent_bytes_total", "Bytes of entries sent to viewers.");
  readonly appendedEntries = this.#counter("windowscope_appended_entries_total", "Entries stored in run logs.");
  readonly appendSeconds = this.#histogram("windowscope_append_seconds", "Until an append was stored.");
  readonly storeErrors = this.#counter("windowscope_store_errors_total", "Changes that the log refused.", ["error"]);
  readonly runs = this.#counter("windowscope_runs_total", "Runs that ended, by how.", ["state"]);
  readonly activeRuns = this.#gauge("windowscope_active_runs", "Runs that this process works on.");
  readonly jobWaitSeconds = this.#histogram("windowscope_job_wait_seconds", "From the start of a run to its result.");
  readonly studioErrors = this.#counter("windowscope_studio_errors_total", "Calls of Studio that failed.", ["error"]);
  readonly requests = this.#histogram("windowscope_http_seconds", "Answers over HTTP.", ["route", "status"]);

  /** @param measuresProcess Also memory, CPU and event loop of the process. */
  constructor({ measuresProcess = false }: { readonly measuresProcess?: boolean } = {}) {
    // Each look at the event loop wakes the process; ten a second are enough to see it stall.
    if (measuresProcess) collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 100 });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [this.registry] });
  }

  #counter<T extends string>(name: string, help: string, labelNames: readonly T[] = []): Counter<T> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  #histogram<T extends string>(name: string, help: string, labelNames: readonly T[] = []): Histogram<T> {
    const buckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600];
    return new Histogram({ name, help, labelNames: [...labelNames], buckets, registers: [this.registry] });
  }
}
