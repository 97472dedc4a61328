import { EventEmitter } from "node:events";
import { writeFile } from "node:fs/promises";
import path from "node:path";

import { checkStructuredLabels, longestLabel } from "../formats/structured-labels.ts";
import type { Projects } from "../projects.ts";
import type { SampleFiles } from "../sample-files.ts";
import { uniqueFilename, withoutEnding, type Sample, type Samples } from "../samples.ts";
import type { WorkThread } from "../work/work-thread.ts";
import { IntakeError, type Upload } from "./upload.ts";
import type { UploadFolder } from "./upload-folder.ts";

interface IntakeParts {
  readonly projects: Projects;
  readonly samples: Samples;
  readonly files: SampleFiles;
  readonly uploads: UploadFolder;
  /** Looks at the files. */
  readonly thread: Pick<WorkThread, "run">;
}

interface IntakeEvents {
  added: [sample: Sample];
}

/** The one way of samples into projects. */
export class Intake extends EventEmitter<IntakeEvents> {
  readonly uploads: UploadFolder;
  readonly #parts: IntakeParts;
  readonly #underWay = new Set<Promise<Sample>>();

  constructor(parts: IntakeParts) {
    super();
    this.uploads = parts.uploads;
    this.#parts = parts;
  }

  /**
   * Takes an uploaded file into a project: when this resolves, the sample is there for good, byte for byte.
   *
   * @throws {RecordingError} when the file is no recording.
   * @throws {IntakeError} when duplicates are not allowed and the project has it already.
   */
  async add(upload: Upload): Promise<Sample> {
    const adding = this.#add(upload);
    this.#underWay.add(adding);
    return adding.finally(() => this.#underWay.delete(adding));
  }

  /** Takes a recording that is at hand into a project, as if it had been uploaded. */
  addRecording(
    bytes: Uint8Array,
    about: Omit<Upload, "path" | "disallowDuplicates" | "addsUniqueSuffix">,
  ): Promise<Sample> {
    return this.uploads.withRequestFolder(async (folder) => {
      const file = path.join(folder, "recording");
      await writeFile(file, bytes);
      return this.add({ ...about, path: file, disallowDuplicates: false, addsUniqueSuffix: true });
    });
  }

  /** Resolves when the uploads that are under way now have been taken or refused. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  async #add(upload: Upload): Promise<Sample> {
    const { projects, samples, files, thread } = this.#parts;
    const { projectId, category, filename, contentType, metadata = {} } = upload;
    const hmacKey = projects.get(projectId)?.hmacKey ?? "";
    const found = await thread.run("inspect", { path: upload.path, name: filename, contentType, hmacKey });
    const structuredLabels =
      upload.structuredLabels && checkStructuredLabels(upload.structuredLabels, found.readingCount);
    if (upload.disallowDuplicates) this.#refuseDuplicate(projectId, found.sha256);
    const file = await files.keep(upload.path);
    let sample;
    try {
      // Another upload of the same file may have come first meanwhile.
      if (upload.disallowDuplicates) this.#refuseDuplicate(projectId, found.sha256);
      const { readingCount, ...about } = found;
      sample = samples.add({
        ...about,
        projectId,
        category,
        filename: upload.addsUniqueSuffix ? uniqueFilename(filename) : withoutEnding(filename),
        label: structuredLabels ? longestLabel(structuredLabels) : (upload.label ?? ""),
        structuredLabels,
        metadata,
        file,
        valuesCount: readingCount,
      });
    } catch (error) {
      await files.remove([file]);
      throw error;
    }
    this.emit("added", sample);
    return sample;
  }

  #refuseDuplicate(projectId: number, sha256: string): void {
    const duplicate = this.#parts.samples.findByHash(projectId, sha256);
    if (duplicate !== undefined) throw new IntakeError(`An item with this hash already exists (ids: ${duplicate})`);
  }
}
