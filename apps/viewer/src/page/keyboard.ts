import { COMMAND_ROWS, type Binding, type CommandRow } from "./commands.ts";
import type { Page } from "./page.svelte.ts";

/** What of a press matters. */
export type KeyPress = Pick<
  KeyboardEvent,
  "code" | "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey" | "defaultPrevented"
>;

/** What has the keyboard, as far as it takes keys itself. */
export interface FocusPlace {
  /** Writes, or picks from a list, by keyboard. */
  readonly isField: boolean;
  /** Is moved by arrows, Home, End, Page up and Page down, and by no other key. */
  readonly isSlider: boolean;
  /** Answers to Space and Enter. */
  readonly isButton: boolean;
  /** Takes the keyboard away from it. */
  leave(): void;
}

const SLIDER_KEYS = /^(Arrow|Home$|End$|Page)/;

/**
 * Does what a press means.
 *
 * Alt is the browser's, and what is typed into a field is the field's; Esc leaves a field or slider, before it lets go of
 * anything. While something lies over the page, only Esc is for the page.
 *
 * @returns Whether it meant something; the browser then does not act on it.
 */
export function takeKey(page: Page, press: KeyPress, place: FocusPlace): boolean {
  if (press.defaultPrevented || press.altKey) return false;
  const row = findRow(press);
  if (!row) return false;
  if (page.overlay !== "none" && row.id !== "let-go") return false;
  if (row.id === "let-go" && page.overlay === "none" && (place.isField || place.isSlider)) {
    place.leave();
    return true;
  }
  if (place.isField && row.id !== "commands") return false;
  if (place.isSlider && SLIDER_KEYS.test(press.code)) return false;
  if (place.isButton && (press.code === "Space" || press.code === "Enter")) return false;
  if (row.isAvailable?.(page) === false) return false;
  row.run(page);
  return true;
}

function findRow(press: KeyPress): CommandRow | undefined {
  const find = (matches: (binding: Binding) => boolean) =>
    COMMAND_ROWS.find(({ keys }) => keys.some(([, binding]) => matches(binding)));
  const hasCtrl = press.ctrlKey || press.metaKey;
  return (
    find(
      ({ code, shift = false, ctrl = false }) => code === press.code && shift === press.shiftKey && ctrl === hasCtrl,
    ) ??
    // Signs stand elsewhere on every layout, some of them behind Shift.
    (hasCtrl ? undefined : find(({ key }) => key === press.key))
  );
}
