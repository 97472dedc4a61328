import { encode } from "cbor-x";

import { sign } from "../formats/signature.ts";
import { AXES } from "./motion.ts";

/**
 * Packs readings as a signed CBOR file in the data acquisition format, as a board does.
 *
 * @param hmacKey Key of the project; in a sampling request it comes along.
 */
export function packRecording(
  values: readonly (readonly number[])[],
  {
    deviceName,
    intervalMs,
    hmacKey,
  }: { readonly deviceName: string; readonly intervalMs: number; readonly hmacKey: string },
): Buffer {
  const file = encode({
    protected: { ver: "v1", alg: "HS256", iat: Math.floor(Date.now() / 1000) },
    signature: "0".repeat(64),
    payload: {
      device_name: deviceName,
      device_type: DEVICE_TYPE,
      interval_ms: intervalMs,
      sensors: AXES.map((name) => ({ name, units: "m/s2" })),
      values,
    },
  });
  sign(file, hmacKey);
  return file;
}

/** Says on every recording that no sensor was involved. */
export const DEVICE_TYPE = "WINDOWSCOPE_SIMULATED_BOARD";
