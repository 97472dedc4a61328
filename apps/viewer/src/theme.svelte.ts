import type { Look } from "./scope/scope-port.ts";

const CLASS_COLOURS = 8;
const RAMP_STOPS = 9;

/** What changes the colours of the page. */
const QUERIES = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "(forced-colors: active)"];

/** How a canvas has to draw; changes with the system's choice of light or dark, of contrast, and with the screen. */
export class CanvasTheme {
  #colours = $state.raw<Look["colours"]>(readColours());
  #pixelRatio = $state(devicePixelRatio);

  get colours(): Look["colours"] {
    return this.#colours;
  }

  /** Pixels of the screen to one of CSS. */
  get pixelRatio(): number {
    return this.#pixelRatio;
  }

  /** Follows the system until the returned function is called. */
  watch(): () => void {
    const stop = new AbortController();
    const { signal } = stop;
    const update = () => (this.#colours = readColours());
    for (const query of QUERIES) matchMedia(query).addEventListener("change", update, { signal });

    // A query tells only of the ratio that it asks for.
    const watchRatio = () => {
      const query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
      const changed = () => {
        this.#pixelRatio = devicePixelRatio;
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

function readColours(): Look["colours"] {
  // The browser itself turns every way to write a colour, also the system's own names, into numbers.
  const probe = document.createElement("span");
  probe.hidden = true;
  // Else forced colours turn the whole ramp, and every class, into the colour of text. Names of the system's still hold.
  probe.style.setProperty("forced-color-adjust", "none");
  document.body.append(probe);
  const read = (name: string) => {
    probe.style.setProperty("color", `var(--${name})`);
    return toHex(getComputedStyle(probe).color);
  };
  const colours = {
    bg: read("bg"),
    panel: read("panel"),
    line: read("line"),
    line2: read("line2"),
    ink: read("ink"),
    ink2: read("ink2"),
    ink3: read("ink3"),
    accent: read("accent"),
    alert: read("alert"),
    anomaly: read("anomaly"),
    classes: Array.from({ length: CLASS_COLOURS }, (_, i) => read(`class-${i + 1}`)),
    ramp: Array.from({ length: RAMP_STOPS }, (_, i) => read(`ramp-${i}`)),
  };
  probe.remove();
  return colours;
}

/** `rgb(1, 2, 3)` as `#010203`. */
function toHex(rgb: string): string {
  const parts = rgb.match(/\d+(\.\d+)?/g)?.slice(0, 3) ?? [];
  return `#${parts.map((part) => Math.round(Number(part)).toString(16).padStart(2, "0")).join("")}`;
}
