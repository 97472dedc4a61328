import { gzipSync } from "node:zlib";

import type { Plugin } from "vite";

/** What the browser may have to fetch before the page is there, bytes as they are sent. */
const MOST_SCRIPT_BYTES = 90_000;
const MOST_BYTES = 150_000;

const WORKER = /^assets\/scope-worker-.*\.js$/;
/** What a chunk cannot run without; what it imports later has parentheses. */
const STATIC_IMPORT = /(?:\bfrom|\bimport)\s*["']\.\/([^"']+)["']/g;

/**
 * Ends the build when the first load is larger than a page may be that one opens in the field.
 *
 * It counts the page, its script and that of its worker with all that they import at once, the style sheet, and the
 * fonts; parts that are loaded when somebody opens them do not count.
 */
export function firstLoad(): Plugin {
  return {
    name: "first-load",
    apply: "build",
    writeBundle(_, bundle) {
      const contentOf = (file: string) => {
        const output = bundle[file];
        return output?.type === "chunk" ? output.code : (output?.source ?? "");
      };
      const page = String(contentOf("index.html"));
      const linked = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file = ""]) => file);
      const workers = Object.keys(bundle).filter((file) => WORKER.test(file));
      const files = new Set(["index.html", ...linked, ...workers]);
      // A set goes on to what is added while it is walked through.
      for (const file of files) {
        if (!file.endsWith(".js")) continue;
        for (const [, imported = ""] of String(contentOf(file)).matchAll(STATIC_IMPORT))
          files.add(`assets/${imported}`);
      }
      if (linked.length < 4 || workers.length !== 1)
        this.error(`The first load cannot be measured: ${[...files].join()}`);

      // Fonts are packed already.
      const sizes = [...files].map((file) => {
        const content = contentOf(file);
        return { file, bytes: file.endsWith(".woff2") ? content.length : gzipSync(content).length };
      });
      const sumOf = (some: typeof sizes) => some.reduce((sum, { bytes }) => sum + bytes, 0);
      const scriptBytes = sumOf(sizes.filter(({ file }) => file.endsWith(".js")));
      const allBytes = sumOf(sizes);
      const told = `${scriptBytes} bytes of script (at most ${MOST_SCRIPT_BYTES}), ${allBytes} with everything (at most ${MOST_BYTES})`;
      if (scriptBytes > MOST_SCRIPT_BYTES || allBytes > MOST_BYTES) {
        const list = sizes.map(({ file, bytes }) => `${file} ${bytes}`).join(", ");
        this.error(`The first load is too large: ${told}. ${list}. Load later what the first screen does not show.`);
      }
      this.info(`First load: ${told}.`);
    },
  };
}
