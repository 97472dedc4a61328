/** Pictures of parts on a belt, drawn by code, as PNG files. */
import { crc32, deflateSync } from "node:zlib";

/** A part on the belt; positions and sizes in pixels. */
export interface Part {
  readonly label: "nut" | "screw" | "washer";
  readonly x: number;
  readonly y: number;
  readonly size: number;
  /** In radians. */
  readonly turn: number;
}

export const PICTURE = { width: 320, height: 240 } as const;

/** Grey of what is at a point, and how far inside its edge that is, in pixels. */
type Paint = (x: number, y: number) => readonly [inside: number, grey: number];

/**
 * Draws a belt with parts on it, and a scratch across it.
 *
 * @param scratch Where it begins and ends, in pixels.
 * @param seed Pictures of different seeds have other dust.
 */
export function drawBelt(
  parts: readonly Part[],
  scratch: readonly [number, number, number, number] | undefined,
  seed: number,
): Buffer {
  const { width, height } = PICTURE;
  const pixels = Buffer.alloc((width * 3 + 1) * height);
  const paints = parts.map(paintOf);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let grey = 62 + 6 * Math.sin((x + y) / 3) + 3 * dust(x, y, seed) - 0.0007 * ((x - 160) ** 2 + (y - 120) ** 2);
      for (const paint of paints) {
        const [shadow] = paint(x - 4, y - 5);
        grey *= 1 - 0.45 * cover(shadow / 3);
        const [inside, own] = paint(x, y);
        grey += (own + 4 * dust(x + 7, y, seed) - grey) * cover(inside);
      }
      if (scratch) grey += (24 - grey) * 0.85 * cover(1.6 - distanceToLine(x, y, scratch));
      const at = y * (width * 3 + 1) + 1 + x * 3;
      for (const [channel, tint] of [0.97, 1, 1.04].entries())
        pixels[at + channel] = Math.max(0, Math.min(255, grey * tint));
    }
  }
  return toPng(pixels);
}

/** Where a part stands, for whoever looks for it: [x, y, width, height]. */
export function boxOf({ label, x, y, size, turn }: Part): [number, number, number, number] {
  const long = label === "screw" ? size * 1.7 : size;
  const halfWidth = label === "screw" ? Math.abs(Math.cos(turn)) * long + Math.abs(Math.sin(turn)) * size * 0.5 : size;
  const halfHeight = label === "screw" ? Math.abs(Math.sin(turn)) * long + Math.abs(Math.cos(turn)) * size * 0.5 : size;
  return [x - halfWidth, y - halfHeight, 2 * halfWidth, 2 * halfHeight].map(Math.round) as ReturnType<typeof boxOf>;
}

function paintOf({ label, x, y, size, turn }: Part): Paint {
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return (px, py) => {
    const u = (px - x) * cos + (py - y) * sin;
    const v = (py - y) * cos - (px - x) * sin;
    const r = Math.hypot(u, v);
    switch (label) {
      case "washer":
        return [Math.min(size - r, r - size * 0.5), 178 - 22 * (r / size) ** 2 + 14 * Math.sin(Math.atan2(v, u) * 2)];
      case "nut":
        return [Math.min(hexagon(u, v, size), r - size * 0.45), 150 + 26 * Math.cos(Math.atan2(v, u) * 3)];
      case "screw": {
        const head = Math.min(size * 0.5 - Math.abs(u + size * 1.35), size * 0.55 - Math.abs(v));
        const shaft = Math.min(size * 1.7 - Math.abs(u), size * 0.24 - Math.abs(v));
        return [Math.max(head, shaft), 165 - 40 * (v / size) + (head > 0 ? 18 : 16 * Math.sin(u * 1.9))];
      }
      default:
        return label satisfies never;
    }
  };
}

/** How far inside a hexagon a point is. */
function hexagon(u: number, v: number, size: number): number {
  const distances = [0, Math.PI / 3, (2 * Math.PI) / 3].map((at) => Math.abs(u * Math.cos(at) + v * Math.sin(at)));
  return size * 0.87 - Math.max(...distances);
}

function distanceToLine(x: number, y: number, [x0, y0, x1, y1]: readonly [number, number, number, number]): number {
  const share = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2);
  const along = Math.max(0, Math.min(1, share));
  return Math.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0));
}

function cover(inside: number): number {
  return Math.max(0, Math.min(1, inside + 0.5));
}

/** -0.5 to 0.5, the same for the same place. */
function dust(x: number, y: number, seed: number): number {
  const wave = Math.sin(x * 12.9898 + y * 78.233 + seed * 37.719) * 43_758.5453;
  return wave - Math.floor(wave) - 0.5;
}

/** @param rows Each with a filter byte of 0 in front of its RGB pixels. */
function toPng(rows: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(PICTURE.width, 0);
  header.writeUInt32BE(PICTURE.height, 4);
  header.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(content.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
