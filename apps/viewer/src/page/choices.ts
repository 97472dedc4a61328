/** How the timeline moves: with the clock, held still while data goes on, or wherever somebody has moved it. */
export type Motion = "follow" | "hold" | "free";

export type DrawerTab = "windows" | "summary" | "confusion" | "labels" | "log";

/** What lies over the page. */
export type Overlay = "none" | "keys" | "commands" | "export" | "record" | "test-set" | "upload";
