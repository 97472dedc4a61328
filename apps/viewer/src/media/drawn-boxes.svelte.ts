import type { Run } from "@windowscope/protocol";

import type { DrawnBox } from "./picture-marks.ts";

type ReadBoxes = (projectId: number, sampleId: number, signal: AbortSignal) => Promise<readonly DrawnBox[]>;

/** What people have drawn around the objects of the picture that is looked at. */
export class DrawnBoxes {
  #boxes = $state.raw<readonly DrawnBox[]>([]);
  #hasFailed = $state(false);
  readonly #read: ReadBoxes;

  /** @param read Rejects when they cannot be had. */
  constructor(read: ReadBoxes) {
    this.#read = read;
  }

  /** None until they are there. */
  get boxes(): readonly DrawnBox[] {
    return this.#boxes;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Another picture is looked at. @returns Ends that. */
  look({ projectId, sampleId }: Pick<Run, "projectId" | "sampleId">): () => void {
    const stop = new AbortController();
    this.#boxes = [];
    this.#hasFailed = false;
    this.#read(projectId, sampleId, stop.signal).then(
      (boxes) => {
        if (!stop.signal.aborted) this.#boxes = boxes;
      },
      () => {
        if (!stop.signal.aborted) this.#hasFailed = true;
      },
    );
    return () => stop.abort();
  }
}
