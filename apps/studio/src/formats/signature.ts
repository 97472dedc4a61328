import { createHmac, timingSafeEqual } from "node:crypto";

import type { Signature } from "./recording.ts";

/**
 * Whether a file is signed with this key: HMAC-SHA256 over the very bytes of the file, with 64 zeros where the
 * signature stands. The text of the key is the key.
 */
export function isSignedWith(bytes: Buffer, { method, text }: Signature, hmacKey: string): boolean {
  const at = bytes.indexOf(text, 0, "latin1");
  if (method !== "HS256" || !/^[0-9a-f]{64}$/i.test(text) || at === -1) return false;
  const digest = createHmac("sha256", hmacKey)
    .update(bytes.subarray(0, at))
    .update("0".repeat(64))
    .update(bytes.subarray(at + 64))
    .digest();
  return timingSafeEqual(digest, Buffer.from(text, "hex"));
}

/** Signs an encoded recording whose signature is 64 zeros, in place. */
export function sign(bytes: Buffer, hmacKey: string): void {
  const zeros = "0".repeat(64);
  const at = bytes.indexOf(zeros, 0, "latin1");
  if (at === -1) throw new RangeError("The recording has no place for a signature: 64 zeros.");
  bytes.write(createHmac("sha256", hmacKey).update(bytes).digest("hex"), at, "latin1");
}
