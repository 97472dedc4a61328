import { untrack } from "svelte";

import { LabelEditor, type LabelledSample, type LabelsApi } from "./label-editor.svelte.ts";

/**
 * Changed labels wait here while another recording, or another tab, is on the screen.
 *
 * A draft goes when Studio has it as it stands, and not before.
 */
export class LabelDrafts {
  readonly #api: LabelsApi;
  /** By sample. The one on the screen is here too, whatever its state. */
  readonly #editors = new Map<string, LabelEditor>();

  constructor(api: LabelsApi) {
    this.#api = api;
  }

  /** The draft of the sample; without one, an editor that has yet to read what Studio has. */
  open(sample: LabelledSample): LabelEditor {
    // Whoever shows an editor keeps it when its changes are saved.
    return untrack(() => {
      for (const [name, editor] of this.#editors) if (!editor.isChanged) this.#editors.delete(name);
      const name = `${sample.projectId}/${sample.sampleId}`;
      const editor = this.#editors.get(name) ?? new LabelEditor(sample, this.#api);
      this.#editors.set(name, editor);
      return editor;
    });
  }
}
