/**
 * What of the page stands in its address, behind the `#`, so that a link shows somebody else the same.
 *
 * `#session&t=60s` follows the newest minute; `#run=run-1&t=1.5-4&w=run-1:17&f=mismatch&tab=summary` is one window of a
 * run. Times are seconds on the recording's own clock; of a session, whose clock begins anew with each page, they are
 * ISO 8601. Whatever does not read as it should is left out: an address can be typed by anybody.
 */
import type { Source, TimeRange, WindowFilter, WindowRef } from "../scope/scope-port.ts";
import type { DrawerTab } from "./choices.ts";

/** Where the view stands. */
export type AddressView =
  /** With the clock, so much of it. */
  | { readonly kind: "follow"; readonly spanMs: number }
  /** On the clock of the run; of a session, Unix time. */
  | { readonly kind: "range"; readonly range: TimeRange };

export interface Address {
  readonly source: Source;
  /** Absent for all of it. */
  readonly view?: AddressView | undefined;
  readonly selectedRange?: TimeRange | undefined;
  readonly window?: WindowRef | undefined;
  readonly filter: WindowFilter;
  /** `none` for a closed drawer. */
  readonly tab: DrawerTab | "none";
  readonly showsLines: boolean;
  readonly overlaysAxes: boolean;
}

export const FIRST_ADDRESS: Address = {
  source: { kind: "session" },
  filter: { only: "all" },
  tab: "windows",
  showsLines: false,
  overlaysAxes: false,
};

const LONGEST_ADDRESS = 2_000;
const LONGEST_NAME = 200;
const LONGEST_SPAN_S = 366 * 24 * 3_600;
/** Window numbers beyond it are no numbers of ours. */
const MOST_WINDOWS = 1e9;
const FILTERS = ["all", "mismatch", "uncertain", "anomaly"] as const;
const TABS = ["windows", "summary", "confusion", "labels", "log", "none"] as const;

/** @returns Without the `#`; the same for the same state, so that it can be compared. */
export function formatAddress(address: Address): string {
  const { source, view, selectedRange, window, filter } = address;
  const isSession = source.kind === "session";
  const pairs: (readonly [string, string | undefined])[] = [
    source.kind === "session" ? ["session", ""] : ["run", source.runId],
    ["beside", source.kind === "run" ? source.besideRunId : undefined],
    ["t", view && (view.kind === "follow" ? `${seconds(view.spanMs)}s` : formatRange(view.range, isSession))],
    ["r", selectedRange && formatRange(selectedRange, isSession)],
    ["w", window && `${window.runId}:${window.index}`],
    ["f", filter.only === "all" ? undefined : filter.only],
    ["fe", filter.expected],
    ["fv", filter.verdict],
    ["tab", address.tab === "windows" ? undefined : address.tab],
    ["lines", address.showsLines ? "" : undefined],
    ["overlay", address.overlaysAxes ? "" : undefined],
  ];
  return pairs
    .flatMap(([key, value]) =>
      value === undefined ? [] : [value === "" && key !== "fe" ? key : `${key}=${encode(value)}`],
    )
    .join("&");
}

/** Reads an address, with or without its `#`. What is missing or wrong is as on a page without one. */
export function parseAddress(hash: string): Address {
  const text = hash.replace(/^#/, "").slice(0, LONGEST_ADDRESS);
  const values = new URLSearchParams(text);
  const runId = readName(values.get("run"));
  const besideRunId = readName(values.get("beside"));
  const source: Source = runId
    ? { kind: "run", runId, ...(besideRunId && besideRunId !== runId && { besideRunId }) }
    : { kind: "session" };
  const isSession = source.kind === "session";
  const expected = readText(values.get("fe"));
  const verdict = readText(values.get("fv"));
  return {
    source,
    view: parseView(values.get("t"), isSession),
    selectedRange: parseRange(values.get("r"), isSession),
    window: parseWindow(values.get("w")),
    filter: {
      only: FILTERS.find((only) => only === values.get("f")) ?? "all",
      ...(expected !== undefined && { expected }),
      ...(verdict !== undefined && verdict !== "" && { verdict }),
    },
    tab: TABS.find((tab) => tab === values.get("tab")) ?? "windows",
    showsLines: values.has("lines"),
    overlaysAxes: values.has("overlay"),
  };
}

function parseView(text: string | null, isSession: boolean): AddressView | undefined {
  const span = /^(\d+(?:\.\d+)?)s$/.exec(text ?? "")?.[1];
  if (span !== undefined) {
    const spanS = Number(span);
    return spanS > 0 && spanS <= LONGEST_SPAN_S ? { kind: "follow", spanMs: spanS * 1_000 } : undefined;
  }
  const range = parseRange(text, isSession);
  return range && { kind: "range", range };
}

function parseRange(text: string | null, isSession: boolean): TimeRange | undefined {
  const ends = (text ?? "").split(isSession ? "/" : /(?<=\d)-/);
  if (ends.length !== 2) return undefined;
  const [startMs = NaN, endMs = NaN] = ends.map((end) => (isSession ? parseTimestamp(end) : parseSeconds(end)));
  // Compared so that what is no number fails too.
  return endMs > startMs && endMs - startMs <= LONGEST_SPAN_S * 1_000 ? { startMs, endMs } : undefined;
}

function parseTimestamp(text: string): number {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(text) ? Date.parse(text) : NaN;
}

function parseSeconds(text: string): number {
  const ms = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : NaN;
  return Math.abs(ms) <= LONGEST_SPAN_S * 1_000 ? ms : NaN;
}

function parseWindow(text: string | null): WindowRef | undefined {
  const [, name = "", digits = ""] = /^(.+):(\d{1,9})$/.exec(text ?? "") ?? [];
  const runId = readName(name);
  const index = Number(digits);
  return runId !== undefined && index < MOST_WINDOWS ? { runId, index } : undefined;
}

/** Ids of runs are plain. */
function readName(text: string | null): string | undefined {
  return text !== null && text.length <= LONGEST_NAME && /^[\w.-]+$/.test(text) ? text : undefined;
}

/** Labels can be anything. */
function readText(text: string | null): string | undefined {
  return text !== null && text.length <= LONGEST_NAME ? text : undefined;
}

function formatRange({ startMs, endMs }: TimeRange, isSession: boolean): string {
  if (!isSession) return `${seconds(startMs)}-${seconds(endMs)}`;
  return `${new Date(startMs).toISOString()}/${new Date(endMs).toISOString()}`;
}

function seconds(ms: number): string {
  return String(Math.round(ms) / 1_000);
}

/** Readable where it can be: these need no escape behind the `#`. */
function encode(value: string): string {
  return encodeURIComponent(value).replaceAll(/%(3A|2F)/g, (escape) => decodeURIComponent(escape));
}
