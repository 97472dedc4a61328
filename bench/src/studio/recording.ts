import { createHmac } from "node:crypto";

import { encode } from "cbor-x";

import type { MeasuredStudio } from "./measured-studio.ts";

/** What the demo project's impulse takes. */
export const DEMO_INTERVAL_MS = 16;
const AXES = ["accX", "accY", "accZ"];
const UNSIGNED = "0".repeat(64);

export interface RecordingFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * A recording in the data acquisition format, of readings that look like a sensor's.
 *
 * @param hmacKey Signs it.
 */
export function createRecording(
  format: "json" | "cbor",
  readings: number,
  { intervalMs = DEMO_INTERVAL_MS, hmacKey }: { readonly intervalMs?: number; readonly hmacKey?: string } = {},
): RecordingFile {
  const values = Array.from({ length: readings }, (_, i) =>
    AXES.map((_, axis) => Number((10 * Math.sin(i / (3 + axis)) + Math.random()).toFixed(4))),
  );
  const document = {
    protected: { ver: "v1", alg: hmacKey === undefined ? "none" : "HS256" },
    signature: UNSIGNED,
    payload: {
      device_type: "BENCH",
      interval_ms: intervalMs,
      sensors: AXES.map((name) => ({ name, units: "m/s2" })),
      values,
    },
  };
  const bytes = format === "json" ? Buffer.from(JSON.stringify(document)) : Buffer.from(encode(document));
  if (hmacKey !== undefined) {
    bytes.write(createHmac("sha256", hmacKey).update(bytes).digest("hex"), bytes.indexOf(UNSIGNED), "latin1");
  }
  return { name: `recording.${format}`, bytes };
}

/** A recording of about so many bytes. */
export function createRecordingOf(bytes: number, format: "json" | "cbor"): RecordingFile {
  const probe = 1_000;
  return createRecording(format, Math.floor((bytes / createRecording(format, probe).bytes.length) * probe));
}

/** Uploads a recording. @returns The sample's id. @throws {Error} when it is not taken. */
export async function upload(
  { ingestionUrl, apiKey }: Pick<MeasuredStudio, "ingestionUrl" | "apiKey">,
  { name, bytes }: RecordingFile,
  about: {
    readonly category: "training" | "testing";
    readonly label: string;
    readonly metadata?: Readonly<Record<string, string>>;
  },
): Promise<number> {
  const form = new FormData();
  form.append("data", new Blob([new Uint8Array(bytes)]), name);
  const response = await fetch(`${ingestionUrl}/api/${about.category}/files`, {
    method: "POST",
    headers: {
      "x-api-key": apiKey,
      "x-label": about.label,
      ...(about.metadata && { "x-metadata": JSON.stringify(about.metadata) }),
    },
    body: form,
  });
  const answer = (await response.json()) as {
    readonly error?: string;
    readonly files?: readonly { readonly success: boolean; readonly error?: string; readonly sampleId: number }[];
  };
  const file = answer.files?.[0];
  if (file?.success) return file.sampleId;
  throw new Error(`The upload of ${name} was not taken: ${file?.error ?? answer.error ?? response.status}`);
}
