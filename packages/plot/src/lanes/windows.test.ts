import { describe, expect, it } from "vitest";

import { Codes } from "../data/codes.ts";
import { Scores } from "../data/scores.ts";
import { Trace } from "../data/trace.ts";
import { WindowTimes } from "../data/window-times.ts";
import { packColour } from "../pixels/colour.ts";
import { createRamp } from "../pixels/ramp.ts";
import { BLACK, hashOf, toArt, WHITE, whiteImage } from "../testing/text-art.ts";
import { anomalyAt, anomalyRange, anomalyY, drawAnomaly } from "./anomaly.ts";
import { drawBand, drawLabels, drawTicks } from "./band.ts";
import { drawGaps } from "./gaps.ts";
import { hitLane, windowAt } from "./hit.ts";
import { drawOverview } from "./overview.ts";
import { drawRibbon, drawScoreLines } from "./ribbon.ts";
import { drawTraces } from "./traces.ts";

const ramp = createRamp(["#ffffff", "#000000"]);
const [A, B] = ["#aa0000", "#0000bb"];
const style = { colours: [packColour(A), packColour(B)], panel: WHITE };

/** Windows so many ms long and apart; gaps before some of them. */
function timesOf(count: number, hopMs = 10, gaps: Readonly<Record<number, number>> = {}): WindowTimes {
  const times = new WindowTimes();
  let startMs = 0;
  for (let i = 0; i < count; i++) {
    startMs += gaps[i] ?? 0;
    times.append([startMs], [startMs + hopMs]);
    startMs += hopMs;
  }
  return times;
}

function scoresOf(times: WindowTimes, rows: number, score: (window: number, row: number) => number) {
  const scores = new Scores(rows);
  for (let w = 0; w < times.length; w++) scores.append(Array.from({ length: rows }, (_, row) => score(w, row)));
  return [{ fromMs: 0, content: { times, scores } }];
}

function codesOf(codes: readonly number[]): Codes {
  const result = new Codes();
  result.append(codes);
  return result;
}

const scaleTo = (endMs: number, widthPx: number, startMs = 0) => ({ startMs, endMs, widthPx });
const boxOf = (widthPx: number, heightPx: number) => ({ x: 0, y: 0, widthPx, heightPx });

describe("drawRibbon", () => {
  it("gives each window a cell where windows are wide, with a gap where nothing was seen", () => {
    const image = whiteImage(16, 6);
    const recordings = scoresOf(timesOf(3, 10, { 2: 10 }), 2, (w, row) => (row === 0 ? 1 : w / 2));

    drawRibbon(image, boxOf(16, 6), scaleTo(40, 16), recordings, ramp);

    expect(toArt(image)).toEqual([
      "########....####",
      "########....####",
      "................",
      "....6666....####",
      "....6666....####",
      "................",
    ]);
  });

  it("shows the highest score of a column where windows are narrow: one of a thousand is seen", () => {
    const image = whiteImage(10, 1);
    const recordings = scoresOf(timesOf(10_000), 1, (w) => (w === 4_567 ? 1 : 0));

    drawRibbon(image, boxOf(10, 1), scaleTo(100_000, 10), recordings, ramp);

    expect(toArt(image)).toEqual(["....#....."]);
  });

  it("leaves no column empty between windows, at any width", () => {
    for (let widthPx = 3; widthPx < 300; widthPx += 7) {
      const image = whiteImage(widthPx, 1);

      drawRibbon(
        image,
        boxOf(widthPx, 1),
        scaleTo(1_000, widthPx),
        scoresOf(timesOf(100), 1, () => 1),
        ramp,
      );

      expect(toArt(image)).toEqual(["#".repeat(widthPx)]);
    }
  });

  it("gives even windows the same cells in every frame, at the width where cells begin to be told apart", () => {
    const recordings = scoresOf(timesOf(400, 30, { 0: 3 }), 1, (w) => (w % 2 === 0 ? 1 : 0.25));
    const drawn = [0, 1, 2, 3, 4, 5, 6].map((moved) => {
      const image = whiteImage(100, 1);
      const startMs = 3_000 + moved * 10;
      drawRibbon(image, boxOf(100, 1), scaleTo(startMs + 1_000, 100, startMs), recordings, ramp);
      return toArt(image)[0] as string;
    });

    drawn.forEach((row, moved) =>
      expect(row.slice(1, 90)).toBe(drawn[0]?.concat(drawn[6]?.slice(94) as string).slice(1 + moved, 90 + moved)),
    );
  });

  it("shows chosen rows in the order told, and the highest of several as one", () => {
    const image = whiteImage(4, 4);
    const recordings = scoresOf(timesOf(1, 40), 4, (_, row) => [0, 1, 0, 0][row] as number);

    drawRibbon(image, boxOf(4, 4), scaleTo(40, 4), recordings, ramp, { rows: [1, 0, [2, 3], [0, 1]] });

    expect(toArt(image)).toEqual(["####", "....", "....", "####"]);
  });

  it("draws nothing for a score that is not there, or no window", () => {
    const image = whiteImage(8, 2);
    const before = hashOf(image);

    drawRibbon(
      image,
      boxOf(8, 2),
      scaleTo(40, 8),
      scoresOf(timesOf(4), 1, () => NaN),
      ramp,
    );
    drawRibbon(
      image,
      boxOf(8, 2),
      scaleTo(40, 8),
      scoresOf(timesOf(0), 1, () => 1),
      ramp,
    );
    drawRibbon(image, boxOf(8, 2), scaleTo(40, 8), [], ramp);

    expect(hashOf(image)).toBe(before);
  });

  it("draws windows that have times but no scores yet as empty", () => {
    const [recording] = scoresOf(timesOf(2), 1, () => 1);
    recording?.content.times.append([20, 30], [30, 40]);
    const image = whiteImage(16, 1);

    drawRibbon(image, boxOf(16, 1), scaleTo(40, 16), recording ? [recording] : [], ramp);

    expect(toArt(image)).toEqual(["########........"]);
  });
});

describe("drawScoreLines", () => {
  it("draws a line through the middles of cells, with a hairline between rows", () => {
    const image = whiteImage(12, 16);
    const recordings = scoresOf(timesOf(3), 2, (w, row) => (row === 0 ? w / 2 : 1));

    drawScoreLines(image, boxOf(12, 16), scaleTo(30, 12), recordings, { colours: [BLACK], line: packColour(A) });

    expect(toArt(image, { "-": A })).toEqual([
      "............",
      "........3888",
      "......38##88",
      "....38##83..",
      "..38##83....",
      "88##83......",
      "8883........",
      "------------",
      "............",
      "888888888888",
      "888888888888",
      "............",
      "............",
      "............",
      "............",
      "............",
    ]);
  });
});

describe("drawBand", () => {
  const times = timesOf(8);
  const band = (codes: readonly number[], mismatches?: readonly number[]) => [
    { fromMs: 0, content: { times, codes: codesOf(codes), ...(mismatches && { mismatches: codesOf(mismatches) }) } },
  ];

  it("tints stretches, rails them in the full colour, and says where labels go", () => {
    const image = whiteImage(32, 5);

    const places = drawBand(image, boxOf(32, 5), scaleTo(80, 32), band([0, 0, 0, 0, 1, 1, 1, 1]), style);

    const tints = { a: "#f1d6d6", b: "#d6d6f4", A, B };
    expect(toArt(image, tints)).toEqual([
      "aaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbb",
      "aaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbb",
      "AAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB",
      "AAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB",
      "AAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB",
    ]);
    expect(places).toEqual([
      { px: 0, widthPx: 16, code: 0, isLoud: false },
      { px: 16, widthPx: 16, code: 1, isLoud: false },
    ]);
  });

  it("fills and hatches mismatches", () => {
    const image = whiteImage(32, 7);

    const places = drawBand(
      image,
      boxOf(32, 7),
      scaleTo(80, 32),
      band([0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 0, 1, 1, 1, 1]),
      style,
    );

    expect(places.map(({ isLoud }) => isLoud)).toEqual([false, true]);
    expect(toArt(image, { a: "#f1d6d6", b: "#2525c5", A, B })).toEqual([
      "aaaaaaaaaaaaaaa.bbbb.bbbb.bbbb.b",
      "aaaaaaaaaaaaaaa.bbb.bbbb.bbbb.bb",
      "aaaaaaaaaaaaaaa.bb.bbbb.bbbb.bbb",
      "aaaaaaaaaaaaaaa.b.bbbb.bbbb.bbbb",
      "AAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB",
      "AAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB",
      "AAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB",
    ]);
  });

  it("keeps one mismatch in ten thousand windows two pixels wide, and does not lose it at the end", () => {
    for (const wrong of [0, 5_003, 9_999]) {
      const mismatches = Array.from({ length: 10_000 }, (_, i) => (i === wrong ? 1 : 0));
      const codes = mismatches.map((isWrong) => (isWrong ? 1 : 0));
      const image = whiteImage(50, 4);
      const content = { times: timesOf(10_000), codes: codesOf(codes), mismatches: codesOf(mismatches) };

      drawBand(image, boxOf(50, 4), scaleTo(100_000, 50), [{ fromMs: 0, content }], style);

      expect(toArt(image, { A, B })[3]?.replace(/[^B]/g, "")).toBe("BB");
    }
  });

  it("shows what most windows of a column are", () => {
    const image = whiteImage(2, 4);
    const content = { times, codes: codesOf([0, 0, 0, 1, 1, 0, 1, 1]) };

    drawBand(image, boxOf(2, 4), scaleTo(80, 2), [{ fromMs: 0, content }], style);

    expect(toArt(image, { A, B })[3]).toBe("AB");
  });

  it("leaves codes without a colour, and times without windows, empty", () => {
    const image = whiteImage(16, 4);

    const places = drawBand(image, boxOf(16, 4), scaleTo(160, 16), band([0, 0, 9, 9, 0, 0, 0, 0]), style);

    expect(toArt(image, { A })[3]).toBe("AA..AAAA........");
    expect(places).toEqual([]);
  });
});

describe("drawLabels", () => {
  it("draws ranges of time, however short, the later one on top", () => {
    const image = whiteImage(20, 4);
    const ranges = [
      { startMs: 0, endMs: 100, code: 0 },
      { startMs: 40, endMs: 41, code: 1 },
      { startMs: 500, endMs: 600, code: 1 },
    ];

    const places = drawLabels(image, boxOf(20, 4), scaleTo(200, 20), [{ fromMs: 20, content: ranges }], style);

    expect(toArt(image, { A, B })[3]).toBe("..AAA.BAAAAA........");
    expect(places).toEqual([]);
  });
});

describe("drawTicks", () => {
  it("marks every column with such a window, one among a thousand too", () => {
    const codes = Array.from({ length: 10_000 }, (_, i) => (i === 0 || i === 4_500 || i === 9_999 ? 1 : 0));
    const recordings = [{ fromMs: 0, content: { times: timesOf(10_000), codes: codesOf(codes) } }];
    const [byCode, byWish] = [whiteImage(10, 1), whiteImage(10, 1)];

    drawTicks(byCode, boxOf(10, 1), scaleTo(100_000, 10), recordings, 1, BLACK);
    drawTicks(byWish, boxOf(10, 1), scaleTo(100_000, 10), recordings, (code) => code > 0, BLACK);

    expect(toArt(byCode)).toEqual(["#...#....#"]);
    expect(toArt(byWish)).toEqual(["#...#....#"]);
  });
});

describe("drawAnomaly", () => {
  const values = new Trace();
  values.append([0, 1, 0, 0]);
  const recordings = [{ fromMs: 0, content: { times: timesOf(4), values } }];

  it("draws the line, dashes the limit and hatches what is above it", () => {
    const image = whiteImage(24, 12);

    drawAnomaly(image, boxOf(24, 12), scaleTo(40, 24), recordings, 0.5, {
      line: BLACK,
      limit: packColour(A),
      hatch: packColour(B),
      range: { low: -0.2, high: 1.2 },
    });

    expect(toArt(image, { "-": A, "/": B })).toEqual([
      "/..../..11/..../..../...",
      "..../...##..../..../....",
      ".../...6##6../..../..../",
      "../...2#99#2/..../..../.",
      "./....##..##..../..../..",
      "/....?#3..?#8../..../...",
      "----?#8..--?#?....-----.",
      "....##......##..........",
      "...9#2......2#9.........",
      "555#6........6#555555555",
      "####..........##########",
      "1111..........1111111111",
    ]);
  });

  it("spans what was seen, and room above the limit", () => {
    const { low, high } = anomalyRange(recordings, 3);
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(6);
    expect(anomalyRange([], undefined)).toEqual({ low: -0.55, high: 0.55 });
  });

  it("keeps the limit at a third of the height when a score is far above it, and tells where that is", () => {
    const far = new Trace();
    far.append([0, 0, 40, 0]);
    const placed = [{ fromMs: 0, content: { times: timesOf(4), values: far } }];
    const range = anomalyRange(placed, 0.5);
    const image = whiteImage(24, 12);

    const peaks = drawAnomaly(image, boxOf(24, 12), scaleTo(40, 24), placed, 0.5, {
      line: BLACK,
      limit: packColour(A),
      hatch: WHITE,
    });

    const fromTop = (range.high - 0.5) / (range.high - range.low);
    expect(fromTop).toBeGreaterThan(1 / 3);
    expect(fromTop).toBeLessThan(1 / 2);
    expect(peaks.map(({ highest }) => highest)).toEqual([40]);
    const [{ px = 0, widthPx = 0 } = {}] = peaks;
    const top = toArt(image)[0] ?? "";
    expect(top.slice(px, px + widthPx)).toBe("#".repeat(widthPx));
    expect(top.slice(0, px)).not.toContain("#");
  });

  it("maps heights to values and back", () => {
    const [box, range] = [
      { x: 0, y: 20, widthPx: 5, heightPx: 60 },
      { low: -1, high: 3 },
    ];
    expect(anomalyY(box, range, 3)).toBe(20);
    expect(anomalyY(box, range, -1)).toBe(80);
    expect(anomalyAt(box, range, anomalyY(box, range, 0.7))).toBeCloseTo(0.7, 9);
  });
});

describe("drawGaps", () => {
  it("empties the stretch and dots it", () => {
    const image = whiteImage(12, 8);
    image.fill(BLACK);

    drawGaps(image, boxOf(12, 8), scaleTo(120, 12), [{ startMs: 20, endMs: 110 }], {
      background: WHITE,
      dot: packColour(A),
    });

    expect(toArt(image, { o: A })).toEqual([
      "##.........#",
      "##.........#",
      "##..o...o..#",
      "##.........#",
      "##.........#",
      "##.........#",
      "##..o...o..#",
      "##.........#",
    ]);
  });

  it("shows a gap shorter than a pixel as one column, and none that is out of sight", () => {
    const image = whiteImage(5, 1);
    image.fill(BLACK);

    drawGaps(
      image,
      boxOf(5, 1),
      scaleTo(500, 5),
      [
        { startMs: 250, endMs: 251 },
        { startMs: 900, endMs: 999 },
      ],
      { background: WHITE, dot: WHITE },
    );

    expect(toArt(image)).toEqual(["##.##"]);
  });
});

describe("drawOverview", () => {
  it("lays traces over each other above rows of ticks", () => {
    const image = whiteImage(10, 16);
    const trace = new Trace();
    trace.append(new Float32Array(100));
    const windows = [
      {
        fromMs: 0,
        content: { times: timesOf(100), codes: codesOf(Array.from({ length: 100 }, (_, i) => (i === 42 ? 1 : 0))) },
      },
    ];

    const axis = [{ fromMs: 0, content: { trace, intervalMs: 10 } }];
    drawOverview(
      image,
      boxOf(10, 16),
      scaleTo(1_000, 10),
      [axis, axis],
      [{ windows, wanted: 1, colour: packColour(A) }],
      { ink: BLACK },
    );

    const rows = toArt(image, { "!": A });
    expect(rows.slice(12)).toEqual(Array.from({ length: 4 }, () => "....!....."));
    expect(rows.slice(0, 12).filter((row) => row !== "..........")).toHaveLength(2);
  });
});

describe("hitLane", () => {
  it("finds the lane at a height, and none between lanes", () => {
    const lanes = [
      { name: "raw", y: 0, heightPx: 10 },
      { name: "ribbon", y: 12, heightPx: 10 },
    ];
    expect([0, 9.9, 10, 12, 22].map((y) => hitLane(lanes, y)?.name)).toEqual([
      "raw",
      "raw",
      undefined,
      "ribbon",
      undefined,
    ]);
  });
});

describe("windowAt", () => {
  it("finds the window of the recording that stands at a time, and none in a gap", () => {
    const recordings = [
      { fromMs: 0, content: { times: timesOf(3) } },
      { fromMs: 100, content: { times: timesOf(3, 10, { 1: 20 }) } },
    ];
    expect([5, 29, 50, 105, 115, 135].map((ms) => windowAt(recordings, ms))).toEqual([
      { recording: 0, window: 0 },
      { recording: 0, window: 2 },
      undefined,
      { recording: 1, window: 0 },
      undefined,
      { recording: 1, window: 1 },
    ]);
  });
});

describe("lanes of windows", () => {
  it("draw the same to the last bit, at every zoom and ratio", () => {
    const times = timesOf(20_000, 10, { 9_000: 5_000 });
    const [{ content } = { content: undefined }] = scoresOf(times, 5, (w, row) => ((w * 31 + row * 7) % 101) / 100);
    const values = new Trace();
    values.append(Float32Array.from({ length: 20_000 }, (_, i) => ((i * 7_919) % 1_009) / 500));
    const codes = codesOf(Array.from({ length: 20_000 }, (_, i) => Math.floor(i / 77) % 2));
    const mismatches = codesOf(Array.from({ length: 20_000 }, (_, i) => (i % 997 === 0 ? 1 : 0)));
    const hashes = [205_000, 20_000, 900].flatMap((spanMs) =>
      [1, 2].map((pixelRatio) => {
        const image = whiteImage(200, 120);
        const scale = scaleTo(88_000 + spanMs, 200, 88_000);
        const lane = (y: number) => ({ x: 0, y, widthPx: 200, heightPx: 30 });
        if (content) {
          drawRibbon(image, lane(0), scale, [{ fromMs: 0, content }], ramp, { pixelRatio });
          drawScoreLines(image, lane(30), scale, [{ fromMs: 0, content }], {
            colours: style.colours,
            line: WHITE,
            pixelRatio,
          });
        }
        drawBand(image, lane(60), scale, [{ fromMs: 0, content: { times, codes, mismatches } }], {
          ...style,
          pixelRatio,
        });
        drawAnomaly(image, lane(90), scale, [{ fromMs: 0, content: { times, values } }], 1, {
          line: BLACK,
          limit: BLACK,
          hatch: packColour(A),
          pixelRatio,
        });
        return hashOf(image);
      }),
    );

    expect(hashes).toEqual([
      "c3f5d7eff597193e",
      "e2125c9795314065",
      "a74ced326f786c6e",
      "932a9c9593b6d845",
      "eac4c1badeeb806b",
      "0a5994596445d229",
    ]);
  });

  it("draw a session of many recordings as they draw each alone", () => {
    const placed = Array.from({ length: 30 }, (_, i) => {
      const times = timesOf(5 + (i % 7) * 40);
      const [values, scores, codes] = [new Trace(), new Scores(1), new Codes()];
      for (let w = 0; w < times.length; w++) {
        values.append([((w * 31 + i) % 17) / 17]);
        scores.append([(w % 5) / 5]);
        codes.append([w % 2]);
      }
      return { fromMs: i * 3_000, content: { times, values, scores, codes, trace: values, intervalMs: 10 } };
    });
    const scale = scaleTo(90_000, 500);
    const drawn = (recordings: typeof placed, image = whiteImage(500, 80)) => {
      const lane = (y: number) => ({ x: 0, y, widthPx: 500, heightPx: 20 });
      drawTraces(image, lane(0), scale, [recordings], { ink: BLACK, ranges: [{ low: 0, high: 1 }] });
      drawRibbon(image, lane(20), scale, recordings, ramp);
      drawAnomaly(image, lane(40), scale, recordings, undefined, {
        line: BLACK,
        limit: BLACK,
        hatch: BLACK,
        range: { low: 0, high: 1 },
      });
      drawTicks(image, lane(60), scale, recordings, 1, BLACK);
      return image;
    };

    const alone = whiteImage(500, 80);
    for (const recording of placed) drawn([recording], alone);

    expect(hashOf(drawn(placed))).toBe(hashOf(alone));
  });
});
