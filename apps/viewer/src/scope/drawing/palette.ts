import { createRamp, packColour, type Colour, type Ramp } from "@windowscope/plot";
import { VERDICT } from "@windowscope/protocol";

import type { Look } from "../scope-port.ts";

/** The look's colours, ready for drawing. */
export interface Palette {
  readonly bg: Colour;
  readonly panel: Colour;
  readonly line: Colour;
  readonly line2: Colour;
  readonly ink: Colour;
  readonly ink3: Colour;
  readonly accent: Colour;
  readonly alert: Colour;
  readonly anomaly: Colour;
  /** One at least; they begin again when they run out. */
  readonly classes: readonly Colour[];
  readonly ramp: Ramp;
}

/** @throws {RangeError} when a colour is not `#rrggbb`. */
export function createPalette({
  bg,
  panel,
  line,
  line2,
  ink,
  ink3,
  accent,
  alert,
  anomaly,
  classes,
  ramp,
}: Look["colours"]): Palette {
  return {
    bg: packColour(bg),
    panel: packColour(panel),
    line: packColour(line),
    line2: packColour(line2),
    ink: packColour(ink),
    ink3: packColour(ink3),
    accent: packColour(accent),
    alert: packColour(alert),
    anomaly: packColour(anomaly),
    classes: (classes.length > 0 ? classes : [ink3]).map(packColour),
    ramp: createRamp(ramp),
  };
}

/** The colour of a class by its index. */
export function classColour({ classes }: Palette, index: number): Colour {
  return classes[index % classes.length] as Colour;
}

/** The colour of a label: its class', that of anomalies, or that of all which is neither. */
export function labelColour(palette: Palette, classes: readonly string[], label: string): Colour {
  const index = classes.indexOf(label);
  if (index !== -1) return classColour(palette, index);
  return label === "anomaly" ? palette.anomaly : palette.ink3;
}

/**
 * Colours by the codes of verdicts.
 *
 * @param own Classes of the run, in the order of its codes.
 * @param all Classes of all that is shown, whose order gives a class its colour.
 */
export function verdictColours(palette: Palette, own: readonly string[], all: readonly string[]): Colour[] {
  const colours = Array.from({ length: 256 }, () => palette.ink3);
  own.forEach((name, code) => (colours[code] = labelColour(palette, all, name)));
  colours[VERDICT.anomaly] = palette.anomaly;
  return colours;
}
