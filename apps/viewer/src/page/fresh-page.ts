/** For each test of a file that imports this: a page of its own, and what it hangs on. */
import { beforeEach } from "vitest";

import type { FakeScope } from "../scope/fake-scope.ts";
import type { Page } from "./page.svelte.ts";
import { TestPage } from "./test-page.ts";

export let test: TestPage;
export let scope: FakeScope;
export let page: Page;
/** Of `page.start`. */
export let stop: AbortController;

beforeEach(() => {
  test = new TestPage();
  ({ scope, page } = test);
  stop = new AbortController();
});
