import type { DrawerTab, Overlay } from "./choices.ts";

/** What of the page is open: the drawer and its tab, the list of runs, what lies over the page. */
export class Panels {
  #tab = $state<DrawerTab>("windows");
  #isDrawerOpen = $state(true);
  #tableWishes = $state(0);
  #isRunListOpen = $state(false);
  #overlay = $state<Overlay>("none");
  #dropped = $state.raw<readonly File[]>([]);

  get tab(): DrawerTab {
    return this.#tab;
  }

  get isDrawerOpen(): boolean {
    return this.#isDrawerOpen;
  }

  /** Increases each time that the keyboard is wanted in the table. */
  get tableWishes(): number {
    return this.#tableWishes;
  }

  get isRunListOpen(): boolean {
    return this.#isRunListOpen;
  }

  get overlay(): Overlay {
    return this.#overlay;
  }

  /** Files that were dropped on the page, for the upload. */
  get dropped(): readonly File[] {
    return this.#dropped;
  }

  openTab(tab: DrawerTab): void {
    this.#tab = tab;
    this.#isDrawerOpen = true;
  }

  closeDrawer(): void {
    this.#isDrawerOpen = false;
  }

  toggleDrawer(): void {
    this.#isDrawerOpen = !this.#isDrawerOpen;
  }

  /** Opens the table of windows and gives it the keyboard; closes the drawer where that is the table already. */
  toggleTable(): void {
    if (this.#isDrawerOpen && this.#tab === "windows" && this.#tableWishes > 0) {
      this.#isDrawerOpen = false;
      this.#tableWishes = 0;
      return;
    }
    this.openTab("windows");
    this.#tableWishes++;
  }

  toggleRunList(): void {
    this.#isRunListOpen = !this.#isRunListOpen;
  }

  open(overlay: Overlay): void {
    this.#overlay = overlay;
    if (overlay !== "upload") this.#dropped = [];
  }

  drop(files: readonly File[]): void {
    if (files.length === 0) return;
    this.#dropped = files;
    this.open("upload");
  }
}
