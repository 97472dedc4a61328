import { untrack } from "svelte";

import type { Page } from "../page/page.svelte.ts";
import { LogBook } from "./log-book.svelte.ts";

const books = new WeakMap<Page, LogBook>();

/**
 * The log of a page.
 *
 * It is written from the first call on, as long as there is the page: also while nobody looks at it.
 */
export function logOf(page: Page): LogBook {
  const known = books.get(page);
  if (known) return known;
  const book = new LogBook(() => Date.now());
  books.set(page, book);
  $effect.root(() => {
    // The book reads what it has written itself.
    $effect(() => {
      const { connection } = page;
      untrack(() => book.connectionChanged(connection));
    });
    $effect(() => {
      const { studio } = page;
      untrack(() => book.studioChanged(studio));
    });
    $effect(() => {
      const { store } = page;
      untrack(() => book.storeChanged(store));
    });
    $effect(() => {
      const { runs } = page;
      untrack(() => book.runsChanged(runs));
    });
    $effect(() => {
      const { snapshot } = page;
      untrack(() => book.snapshotChanged(snapshot));
    });
  });
  return book;
}
