/** A WebSocket message as a server sends it, header and all. It is the same bytes for whoever gets it. */
export interface Message {
  readonly bytes: Buffer;
  /** What the receiver is handed; on the same memory. */
  readonly payload: Buffer;
}

/** First byte of the header: the whole message in one frame, of this opcode. RFC 6455, 5.2. */
const FIRST_BYTE = { text: 0x81, binary: 0x82 } as const;
/** The longest header; a multiple of 8 so that typed arrays can look at the payload behind it in place. */
const HEADER_ROOM = 16;

/** @param chunks The payload, one piece after another; they are copied. */
export function encodeMessage(type: "text" | "binary", chunks: readonly Uint8Array[]): Message {
  const payloadBytes = chunks.reduce((sum, { length }) => sum + length, 0);
  // Not from the pool: a message of a few bytes would keep a piece of it alive.
  const buffer = Buffer.allocUnsafeSlow(HEADER_ROOM + payloadBytes);
  let at = HEADER_ROOM;
  for (const chunk of chunks) {
    buffer.set(chunk, at);
    at += chunk.length;
  }
  const start = HEADER_ROOM - headerBytes(payloadBytes);
  buffer[start] = FIRST_BYTE[type];
  if (payloadBytes < 126) buffer[start + 1] = payloadBytes;
  else if (payloadBytes < 65_536) {
    buffer[start + 1] = 126;
    buffer.writeUInt16BE(payloadBytes, start + 2);
  } else {
    buffer[start + 1] = 127;
    buffer.writeBigUInt64BE(BigInt(payloadBytes), start + 2);
  }
  return { bytes: buffer.subarray(start), payload: buffer.subarray(HEADER_ROOM) };
}

function headerBytes(payloadBytes: number): number {
  if (payloadBytes < 126) return 2;
  return payloadBytes < 65_536 ? 4 : 10;
}
