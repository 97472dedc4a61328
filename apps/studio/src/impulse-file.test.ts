import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createLocalStudio, type LocalStudioServer } from "./create-local-studio.ts";
import { exportImpulse, ImpulseFileError } from "./impulse-file.ts";

describe("exportImpulse", () => {
  let studio: LocalStudioServer;

  beforeAll(async () => {
    studio = await createLocalStudio();
  });
  afterAll(() => studio.close());

  it("says where the right key is when the Studio refuses that of another data folder", async () => {
    const writing = exportImpulse("/nowhere/impulse.json", { url: studio.url, apiKey: "ei_of_another_folder" });

    await expect(writing).rejects.toBeInstanceOf(ImpulseFileError);
    await expect(writing).rejects.toThrow(
      `The Studio at ${studio.url} refuses the key. Set WINDOWSCOPE_DATA_DIR to the data folder that it was started with, or WINDOWSCOPE_STUDIO_KEY to its key.`,
    );
  });
});
