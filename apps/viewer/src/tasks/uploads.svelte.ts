import type { Category } from "../api.ts";
import type { Page } from "../page/page.svelte.ts";
import type { FileChoice } from "./file-choice.ts";
import { openRun } from "./open-run.svelte.ts";
import { sayFailure } from "./project.svelte.ts";
import type { TasksApi } from "./tasks-api.ts";

/** A file on its way. */
export interface Upload {
  readonly id: number;
  readonly file: File;
  readonly state: "queued" | "sending" | "sent" | "failed" | "cancelled";
  /** Share that has been sent, 0 to 1. */
  readonly share: number;
  readonly runId?: string | undefined;
  /** Why it failed, in words for people. */
  readonly failure?: string | undefined;
}

type UploadPage = Pick<Page, "runs" | "open" | "showRun" | "selectAt" | "snapshot" | "source">;

const ofPages = new WeakMap<Page, Uploads>();

/** The uploads of a page: they go on while their panel is closed, so that the first run can be looked at meanwhile. */
export function uploadsOf(page: Page, api: Pick<TasksApi, "uploadSample">): Uploads {
  const uploads = ofPages.get(page) ?? new Uploads(page, api);
  ofPages.set(page, uploads);
  return uploads;
}

/** Files that are sent to Studio one after another; the server classifies each, and the first one is shown. */
export class Uploads {
  #uploads = $state.raw<readonly Upload[]>([]);
  #rejected = $state.raw<FileChoice["rejected"]>([]);
  #isSending = $state(false);
  #stop = new AbortController();
  #nextId = 0;
  readonly #page: UploadPage;
  readonly #api: Pick<TasksApi, "uploadSample">;

  constructor(page: UploadPage, api: Pick<TasksApi, "uploadSample">) {
    this.#page = page;
    this.#api = api;
  }

  /** In the order in which they were chosen. */
  get uploads(): readonly Upload[] {
    return this.#uploads;
  }

  get rejected(): FileChoice["rejected"] {
    return this.#rejected;
  }

  get isSending(): boolean {
    return this.#isSending;
  }

  readonly waiting = $derived(this.#uploads.filter(({ state }) => state === "queued").length);

  readonly sent = $derived(this.#uploads.filter(({ state }) => state === "sent").length);

  /** Bytes of all files that are not sent yet. */
  readonly waitingBytes = $derived(
    this.#uploads.reduce((sum, { state, file }) => (state === "queued" ? sum + file.size : sum), 0),
  );

  /** It is in Studio, and could not be classified. */
  isUnclassified({ runId }: Upload): boolean {
    return this.#page.runs.find((known) => known.runId === runId)?.state === "failed";
  }

  /** How the run of an uploaded file stands, in a word or two. */
  standingOf({ runId }: Upload): string {
    const run = this.#page.runs.find((known) => known.runId === runId);
    if (!run) return "uploaded, waiting to be classified";
    if (run.error !== undefined) return run.error;
    if (run.state !== "finished") return `uploaded, ${run.state}`;
    const count = `${run.windows} ${run.windows === 1 ? "window" : "windows"}`;
    return run.windows > 0 ? count : `${count}. ${run.warning ?? "It is shorter than a window."}`;
  }

  add({ accepted, rejected }: FileChoice): void {
    const added = accepted.map((file): Upload => ({ id: this.#nextId++, file, state: "queued", share: 0 }));
    this.#uploads = [...this.#uploads, ...added];
    // The newest choice says what was wrong with it; what was wrong before has been read.
    this.#rejected = rejected;
  }

  /** Takes out what is through, for who comes back with other files. */
  forgetSent(): void {
    if (!this.#isSending) this.#uploads = this.#uploads.filter(({ state }) => state !== "sent");
    this.#rejected = [];
  }

  /** Takes a file out that has not been sent. */
  remove(id: number): void {
    this.#uploads = this.#uploads.filter((upload) => upload.id !== id || upload.state === "sending");
  }

  /** Sends all that waits. What fails stays and can be tried again. */
  async send(projectId: number, wanted: { label?: string | undefined; category: Category }): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    try {
      for (;;) {
        const upload = this.#uploads.find(({ state }) => state === "queued");
        if (!upload || signal.aborted) return;
        this.#change(upload.id, { state: "sending", share: 0 });
        const onProgress = (share: number) => this.#change(upload.id, { share });
        try {
          const runId = await this.#api.uploadSample(projectId, upload.file, wanted, onProgress, signal);
          this.#change(upload.id, { state: "sent", share: 1, runId });
        } catch (cause) {
          const change = signal.aborted
            ? { state: "cancelled" as const }
            : { state: "failed" as const, failure: sayFailure(cause) };
          this.#change(upload.id, change);
        }
      }
    } finally {
      this.#isSending = false;
    }
  }

  /** Puts what failed or was cancelled back into the queue. */
  retry(): void {
    this.#uploads = this.#uploads.map((upload) =>
      upload.state === "failed" || upload.state === "cancelled"
        ? { ...upload, state: "queued", share: 0, failure: undefined }
        : upload,
    );
  }

  cancel(): void {
    this.#stop.abort();
  }

  show({ runId }: Upload): void {
    if (runId === undefined) return;
    this.#page.open("none");
    openRun(this.#page, runId);
  }

  #change(id: number, change: Partial<Upload>): void {
    this.#uploads = this.#uploads.map((upload) => (upload.id === id ? { ...upload, ...change } : upload));
  }
}
