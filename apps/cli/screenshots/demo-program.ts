import { randomBytes } from "node:crypto";

import { createFolder, findFreePorts, startProgram } from "../src/harness.ts";

/** The program with its local Studio, of a folder of its own. */
export interface DemoProgram {
  readonly url: string;
  readonly studioUrl: string;
  readonly apiKey: string;
  end(): Promise<void>;
}

/** @param demo `off` for an empty project. */
export async function startDemo(demo: "on" | "off"): Promise<DemoProgram> {
  const { folder, remove } = createFolder();
  const [server, studio, devices, ingestion] = (await findFreePorts(4)).map(String);
  const apiKey = `ei_${randomBytes(32).toString("hex")}`;
  const program = startProgram(["start"], {
    WINDOWSCOPE_DATA_DIR: folder,
    WINDOWSCOPE_DEMO: demo,
    WINDOWSCOPE_STUDIO_KEY: apiKey,
    WINDOWSCOPE_PORT: server ?? "",
    WINDOWSCOPE_STUDIO_PORT: studio ?? "",
    WINDOWSCOPE_DEVICES_PORT: devices ?? "",
    WINDOWSCOPE_INGESTION_PORT: ingestion ?? "",
  });
  await program.prints("Ctrl-C ends everything");
  return {
    url: `http://127.0.0.1:${server}`,
    studioUrl: `http://127.0.0.1:${studio}`,
    apiKey,
    async end() {
      await program.end("SIGINT");
      remove();
    },
  };
}
