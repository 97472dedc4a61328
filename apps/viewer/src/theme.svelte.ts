import { createRamp, type Ramp } from "@windowscope/plot/old";

/** What a canvas needs of the page's colours. */
export interface Theme {
  readonly ink: string;
  readonly ink3: string;
  readonly panel: string;
  readonly line: string;
  readonly line2: string;
  readonly alert: string;
  readonly anomaly: string;
  /** By index of the class; beyond the last they begin anew. */
  readonly classes: readonly string[];
  readonly ramp: Ramp;
  readonly font: string;
  /** Pixels of the screen to one of CSS. */
  readonly pixelRatio: number;
}

const CLASS_COLOURS = 8;

const DARK = matchMedia("(prefers-color-scheme: dark)");

/** From score 0 to 1: one hue, and lightness in one direction, so that everybody can read it. */
const RAMP = {
  light: createRamp("#ffffff #e7eff7 #cfe0ee #9fc1df #6fa3cf #4880b5 #1f5e9b #15406e #0b2545".split(" ")),
  dark: createRamp("#161a1d #1a2a37 #1d3a52 #265377 #2e6e9e #5792bd #7fb7dc #b9d8ee #f2faff".split(" ")),
};

/** How a canvas has to draw; changes with the system's choice of light or dark, and with the screen. */
export class CanvasTheme {
  #theme = $state.raw<Theme>(readTheme());

  get current(): Theme {
    return this.#theme;
  }

  /** Follows the system until the returned function is called. */
  watch(): () => void {
    const stop = new AbortController();
    const { signal } = stop;
    const update = () => (this.#theme = readTheme());
    DARK.addEventListener("change", update, { signal });
    // What is drawn before a font is there is drawn in another.
    void document.fonts.ready.then(() => signal.aborted || update());

    // A query tells only of the ratio that it asks for.
    const watchRatio = () => {
      const query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
      const changed = () => {
        update();
        watchRatio();
      };
      query.addEventListener("change", changed, { once: true, signal });
    };
    watchRatio();
    return () => stop.abort();
  }
}

/** CSS colour of a class by its index. */
export function classColour(index: number): string {
  return `var(--class-${(index % CLASS_COLOURS) + 1})`;
}

function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: read("ink"),
    ink3: read("ink3"),
    panel: read("panel"),
    line: read("line"),
    line2: read("line2"),
    alert: read("alert"),
    anomaly: read("anomaly"),
    classes: Array.from({ length: CLASS_COLOURS }, (_, i) => read(`class-${i + 1}`)),
    ramp: DARK.matches ? RAMP.dark : RAMP.light,
    font: `500 11px ${read("sans")}`,
    pixelRatio: devicePixelRatio,
  };
}
