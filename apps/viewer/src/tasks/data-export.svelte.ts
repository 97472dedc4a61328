import type { Page } from "../page/page.svelte.ts";
import type { TimeRange } from "../scope/scope-port.ts";
import { sayFailure } from "./project.svelte.ts";

export type ExportRange = "visible" | "selection" | "all";
export type ExportFormat = "csv" | "json" | "png" | "audacity" | "raven";

export const FORMATS: readonly {
  readonly format: ExportFormat;
  readonly title: string;
  readonly what: string;
  readonly ending: string;
}[] = [
  { format: "csv", title: "CSV", what: "one row for each window", ending: "csv" },
  { format: "json", title: "JSON", what: "each run, and its windows", ending: "json" },
  { format: "png", title: "PNG", what: "the timeline as it is on the screen", ending: "png" },
  { format: "audacity", title: "Audacity labels", what: "a label track", ending: "txt" },
  { format: "raven", title: "Raven", what: "a selection table", ending: "selections.txt" },
];

/** As the thresholds at the right are called. */
const LIMITS = [
  { limit: "minimumConfidence", name: "min confidence" },
  { limit: "anomaly", name: "anomaly limit" },
  { limit: "maximumError", name: "max error" },
  { limit: "minimumObjectScore", name: "min object score" },
] as const;

type ExportPage = Pick<Page, "ask" | "range" | "selectedRange" | "snapshot" | "labels" | "whatIf">;

/** Where a finished file goes: the browser's downloads. */
export type SaveFile = (blob: Blob, name: string) => void;

/** What is exported, how many windows that is, and whether it worked. */
export class DataExport {
  #range = $state<ExportRange>("visible");
  #format = $state<ExportFormat>("csv");
  #windows = $state<number>();
  #failure = $state<string>();
  #savedName = $state<string>();
  #isWorking = $state(false);
  #isCounting = false;
  #isOutdated = false;
  readonly #page: ExportPage;
  readonly #takePicture: (lanes: Blob) => Promise<Blob>;
  readonly #save: SaveFile;

  constructor(page: ExportPage, takePicture: (lanes: Blob) => Promise<Blob>, save: SaveFile) {
    this.#page = page;
    this.#takePicture = takePicture;
    this.#save = save;
    if (page.selectedRange) this.#range = "selection";
  }

  get range(): ExportRange {
    return this.#range;
  }

  get format(): ExportFormat {
    return this.#format;
  }

  /** Windows that would be exported; `undefined` until they are counted. */
  get windows(): number | undefined {
    return this.#windows;
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  /** Name of the file that was saved last. */
  get savedName(): string | undefined {
    return this.#savedName;
  }

  get isWorking(): boolean {
    return this.#isWorking;
  }

  /** Limits that verdicts on the screen are made with in place of the impulse's own, in words; absent without any. */
  readonly triedLimits = $derived.by(() => {
    const { whatIf, snapshot } = this.#page;
    const own = snapshot?.result?.thresholds;
    const tried = LIMITS.filter(({ limit }) => whatIf?.[limit] !== undefined && whatIf[limit] !== own?.[limit]);
    if (tried.length === 0) return undefined;
    const say = (value: number | undefined) => (value === undefined ? "none" : value.toFixed(2));
    return tried.map(({ limit, name }) => `${name} ${say(whatIf?.[limit])} (was ${say(own?.[limit])})`).join(", ");
  });

  /** A picture is of what is on the screen. */
  isPossible(range: ExportRange): boolean {
    if (this.#format === "png") return range === "visible";
    return range !== "selection" || this.#page.selectedRange !== undefined;
  }

  chooseRange(range: ExportRange): void {
    if (this.isPossible(range)) this.#range = range;
  }

  chooseFormat(format: ExportFormat): void {
    this.#format = format;
    if (!this.isPossible(this.#range)) this.#range = "visible";
  }

  /** Counts the windows of the range. A view that follows the clock moves faster than counting: the last one counts. */
  async count(): Promise<void> {
    // Read here, so that an effect knows what the number depends on.
    let stretch = this.#stretch();
    this.#isOutdated = this.#isCounting;
    if (this.#isCounting) return;
    this.#isCounting = true;
    try {
      do {
        this.#isOutdated = false;
        this.#windows = (await this.#page.ask("summary", { range: stretch })).tally.windows;
        stretch = this.#stretch();
      } while (this.#isOutdated);
    } catch {
      // Without the number the export works all the same.
      this.#windows = undefined;
    } finally {
      this.#isCounting = false;
    }
  }

  async run(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    this.#failure = undefined;
    this.#savedName = undefined;
    try {
      const format = this.#format;
      const blob =
        format === "png"
          ? await this.#takePicture(await this.#page.ask("picture", {}))
          : await this.#page.ask("download", { format, range: this.#stretch() });
      const name = this.#fileName();
      this.#save(blob, name);
      this.#savedName = name;
    } catch (cause) {
      this.#failure = sayFailure(cause);
    } finally {
      this.#isWorking = false;
    }
  }

  #stretch(): TimeRange | undefined {
    if (this.#range === "all") return undefined;
    // Copied, since what goes to the scope has to be a plain value.
    const { startMs, endMs } = (this.#range === "selection" && this.#page.selectedRange) || this.#page.range;
    return { startMs, endMs };
  }

  #fileName(): string {
    const { snapshot } = this.#page;
    const title = snapshot?.source.kind === "run" ? (snapshot.placed[0]?.run.sampleName ?? "run") : "session";
    const ending = FORMATS.find(({ format }) => format === this.#format)?.ending ?? this.#format;
    const part = this.#range === "all" ? "" : `-${this.#range}`;
    const tried = this.triedLimits === undefined ? "" : "-what-if";
    return `${fileSafe(title)}${part}${tried}.${ending}`;
  }
}

/** A name that every file system takes. */
function fileSafe(title: string): string {
  const safe = title.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-").replaceAll(/^[.-]+|[.-]+$/g, "");
  return [...safe].slice(0, 80).join("") || "export";
}
