import type { MiddlewareHandler } from "hono";

/**
 * Answers `Range` requests, as players send them, from whatever answer says `accept-ranges: bytes`.
 *
 * One part of the form `bytes=from-to`, `bytes=from-` or `bytes=-last`; for anything else the whole file comes, which
 * HTTP allows.
 */
export const serveRanges: MiddlewareHandler = async (c, next) => {
  await next();
  const wanted = /^bytes=(\d*)-(\d*)$/.exec(c.req.header("range") ?? "");
  if (!wanted || c.res.status !== 200 || c.res.headers.get("accept-ranges") !== "bytes") return;
  const whole = await c.res.arrayBuffer();
  const headers = new Headers(c.res.headers);
  const [from, to] = rangeOf(wanted[1] ?? "", wanted[2] ?? "", whole.byteLength);
  const isThere = from <= to && from < whole.byteLength;
  headers.set("content-range", `bytes ${isThere ? `${from}-${to}` : "*"}/${whole.byteLength}`);
  headers.delete("content-length");
  // Otherwise Hono puts the headers of the whole answer over those of the part.
  c.res = undefined;
  c.res = isThere
    ? new Response(whole.slice(from, to + 1), { status: 206, headers })
    : new Response(null, { status: 416, headers });
};

/** First and last byte. */
function rangeOf(from: string, to: string, length: number): [from: number, to: number] {
  if (from !== "") return [Number(from), to === "" ? length - 1 : Math.min(Number(to), length - 1)];
  // The last so many; none when not even that is said.
  return [to === "" ? length : Math.max(0, length - Number(to)), length - 1];
}
