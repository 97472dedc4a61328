import { describe, expect, it } from "vitest";

import { BLACK, toArt, whiteImage } from "../testing/text-art.ts";
import { mixColours, packColour } from "./colour.ts";
import { checkBox, PixelImage } from "./pixel-image.ts";
import { toPng } from "./png.ts";
import { createRamp, rampColour } from "./ramp.ts";

describe("packColour", () => {
  it("is red, green, blue and opaque in memory", () => {
    const image = new PixelImage(1, 1);

    image.fill(packColour("#0180ff"));

    expect([...image.bytes]).toEqual([1, 128, 255, 255]);
    expect(() => packColour("red")).toThrow(RangeError);
    expect(() => packColour("#12345g")).toThrow(RangeError);
  });
});

describe("mixColours", () => {
  it("mixes each channel for itself, from all of the one to all of the other", () => {
    const [under, over] = [packColour("#ff0040"), packColour("#00ff80")];

    expect(mixColours(under, over, 0)).toBe(under);
    expect(mixColours(under, over, 256)).toBe(over);
    expect(mixColours(under, over, 128)).toBe(packColour("#7f7f60"));
  });
});

describe("PixelImage", () => {
  it("cuts rectangles off at its edges", () => {
    const image = whiteImage(4, 3);

    image.fillRect(2, 1, 9, 9, BLACK);
    image.fillRect(-5, -5, 6, 6, BLACK);
    image.fillRect(9, 0, 2, 2, BLACK);

    expect(toArt(image)).toEqual(["#...", "..##", "..##"]);
  });

  it("fills a run by how much of each pixel it covers", () => {
    const image = whiteImage(4, 4);

    image.fillRun(0, 0.5 * 256, 2.25 * 256, BLACK);
    image.fillRun(1, 1.25 * 256, 1.75 * 256, BLACK);
    image.fillRun(2, 0, 4 * 256, BLACK);
    image.fillRun(3, 2 * 256, 3 * 256, BLACK);

    expect(toArt(image)).toEqual(["5.#.", "#5#.", "3.##", "..#."]);
  });

  it("hatches with slanted lines that move left with the phase", () => {
    const [still, moved] = [whiteImage(8, 3), whiteImage(8, 3)];

    still.hatch({ x: 1, y: 0, widthPx: 6, heightPx: 3 }, 4, 0, BLACK);
    moved.hatch({ x: 1, y: 0, widthPx: 6, heightPx: 3 }, 4, 1, BLACK);

    expect(toArt(still)).toEqual(["....#...", "...#....", "..#...#."]);
    expect(toArt(moved)).toEqual(["...#....", "..#...#.", ".#...#.."]);
  });

  it("has whole pixels, one at least, and lanes within it", () => {
    expect(() => new PixelImage(0, 5)).toThrow(RangeError);
    expect(() => new PixelImage(5, 1.5)).toThrow(RangeError);
    const image = new PixelImage(10, 10);
    expect(() => checkBox(image, { x: 0, y: 0, widthPx: 10, heightPx: 10 })).not.toThrow();
    expect(() => checkBox(image, { x: 1, y: 0, widthPx: 10, heightPx: 10 })).toThrow(RangeError);
    expect(() => checkBox(image, { x: 0, y: 0.5, widthPx: 10, heightPx: 1 })).toThrow(RangeError);
    expect(() => checkBox(image, { x: 0, y: -1, widthPx: 10, heightPx: 1 })).toThrow(RangeError);
  });
});

describe("createRamp", () => {
  it("begins and ends with its ends, passes its stops, and darkens evenly", () => {
    const ramp = createRamp(["#ffffff", "#808080", "#000000"]);

    expect(rampColour(ramp, 0)).toBe(packColour("#ffffff"));
    expect(rampColour(ramp, 0.5)).toBe(packColour("#808080"));
    expect(rampColour(ramp, 1)).toBe(packColour("#000000"));
    expect(rampColour(ramp, 7)).toBe(packColour("#000000"));
    expect(rampColour(ramp, -7)).toBe(packColour("#ffffff"));
    const reds = [...ramp].map((colour) => colour & 0xff);
    expect(reds.every((red, i) => i === 0 || red <= (reds[i - 1] as number))).toBe(true);
    expect(() => createRamp(["#ffffff"])).toThrow(RangeError);
  });
});

describe("toPng", () => {
  it("says so where there is no canvas", async () => {
    await expect(toPng(new PixelImage(1, 1))).rejects.toThrow("there is none here");
  });
});
