/** For tests: a running Studio with a trained impulse, and a way to tell it how to behave. */
import { toImpulseDocument } from "@windowscope/engine";

import { smallImpulse, smallRecording } from "../small-impulse.ts";
import { startStudio, type RunningStudio } from "../start.ts";

const KEY = "ei_misbehaving";

export interface MisbehavingStudio extends RunningStudio {
  readonly apiKey: string;
  /** `{}` is normal. */
  behave(behaviour: object): Promise<void>;
  /** Uploads a recording that was never there before. @returns The id of its sample. */
  upload(): Promise<number>;
  /** Sends a request to an address below that of the Studio. */
  request(method: string, path: string, body?: object): Promise<Response>;
  /** Sends a request to the API of the project. @returns Its JSON. */
  call(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
}

export async function startMisbehavingStudio(): Promise<MisbehavingStudio> {
  const ports = { studio: 0, devices: 0, ingestion: 0 };
  const local = await startStudio({ apiKey: KEY, project: "empty", ports });
  const headers = { "x-api-key": KEY };

  const request = (method: string, path: string, body?: object) =>
    fetch(local.url + path, {
      method,
      headers: { ...headers, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
  await request("POST", "/windowscope/impulses", toImpulseDocument(smallImpulse));

  let uploads = 0;
  return {
    ...local,
    apiKey: KEY,
    request,
    call: async (method, path, body) => {
      const response = await request(method, `/v1/api/${local.projectId}${path}`, body);
      return (await response.json()) as Record<string, unknown>;
    },
    behave: async (behaviour) => {
      const response = await request("PUT", "/windowscope/behaviour", behaviour);
      if (!response.ok) throw new Error(await response.text());
    },
    upload: async () => {
      const response = await fetch(`${local.ingestionUrl}/api/testing/files`, {
        method: "POST",
        headers,
        body: formOf(`moving.${++uploads}.json`, smallRecording(3, 2 + uploads)),
      });
      const { files } = (await response.json()) as { files: [{ sampleId: number }] };
      return files[0].sampleId;
    },
  };
}

function formOf(name: string, content: object): FormData {
  const form = new FormData();
  form.append("data", new Blob([JSON.stringify(content)], { type: "application/json" }), name);
  return form;
}
