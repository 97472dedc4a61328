import { drawBand, drawLabels, type LabelledRange, type LabelPlace as BandLabel } from "@windowscope/plot";
import { VERDICT, verdictName } from "@windowscope/protocol";

import type { LabelPlace } from "../scope-port.ts";
import { byClasses, type Drawing, type Loaded } from "./drawing.ts";
import { labelColour, verdictColours } from "./palette.ts";

/** Labels of one band that are told apart; a recording with more has the rest drawn alike. */
const MOST_LABELS = 256;

/** What people have labelled. @returns Where labels go. */
export function drawExpected({ image, box, scale, windows, palette, pixelRatio }: Drawing): LabelPlace[] {
  const names = new Map<string, number>();
  const recordings = windows.runs
    .filter(({ startMs, endMs }) => endMs >= scale.startMs && startMs <= scale.endMs)
    .map(({ run, store, startMs: fromMs }) => {
      const { expected = [] } = store?.result ?? run.result ?? {};
      const content = expected.map(({ startMs, endMs, label }): LabelledRange => {
        if (!names.has(label)) names.set(label, names.size);
        return { startMs, endMs, code: Math.min(MOST_LABELS - 1, names.get(label) as number) };
      });
      return { fromMs, content };
    });
  const texts = [...names.keys()];
  const colours = texts.slice(0, MOST_LABELS).map((label) => labelColour(palette, windows.classes, label));
  const places = drawLabels(image, box, scale, recordings, { colours, panel: palette.panel, pixelRatio });
  const textOf = (code: number) => (code === MOST_LABELS - 1 && texts.length > MOST_LABELS ? "…" : (texts[code] ?? ""));
  return toPlaces("expected", places, pixelRatio, textOf);
}

/** What the impulse has said. @returns Where labels go. */
export function drawVerdicts(
  { image, box, scale, windows, palette, pixelRatio }: Drawing,
  lane: "predicted" | "beside",
  runs: readonly Loaded[],
): LabelPlace[] {
  return byClasses(runs).flatMap((group) => {
    const own = group[0]?.content.result?.classes ?? [];
    const recordings = group.map(({ fromMs, content: { times, verdicts, matches } }) => {
      return { fromMs, content: { times, codes: verdicts, mismatches: matches } };
    });
    const colours = verdictColours(palette, own, windows.classes);
    const places = drawBand(image, box, scale, recordings, { colours, panel: palette.panel, pixelRatio });
    // The number of a regression has a lane of its own.
    const named = places.filter(({ code }) => code !== VERDICT.value);
    return toPlaces(lane, named, pixelRatio, (code) => verdictName(own, code));
  });
}

function toPlaces(
  lane: LabelPlace["lane"],
  places: readonly BandLabel[],
  pixelRatio: number,
  textOf: (code: number) => string,
): LabelPlace[] {
  return places.map(({ px, widthPx, code, isLoud }) => {
    return { lane, px: px / pixelRatio, widthPx: widthPx / pixelRatio, text: textOf(code), isLoud };
  });
}
