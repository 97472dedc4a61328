import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

import { firstLoad } from "./first-load.ts";

/** Where `pnpm dev` finds the server. */
const server = "http://127.0.0.1:4700";

const FONTS = ["geist", "geist-mono"];

/** Asks for the fonts with the page instead of after its style sheet, and puts their licences beside them. */
function fonts(): Plugin {
  const { resolve } = createRequire(import.meta.url);
  return {
    name: "fonts",
    apply: "build",
    async buildStart() {
      for (const font of FONTS) {
        const folder = path.dirname(resolve(`@fontsource-variable/${font}/package.json`));
        const source = await readFile(path.join(folder, "LICENSE"), "utf8");
        this.emitFile({ type: "asset", fileName: `assets/${font}-LICENSE.txt`, source });
      }
    },
    transformIndexHtml: {
      order: "post",
      handler: (_html, { bundle = {} }) =>
        Object.keys(bundle)
          .filter((file) => file.endsWith(".woff2"))
          .map((file) => ({
            tag: "link",
            injectTo: "head" as const,
            attrs: { rel: "preload", as: "font", type: "font/woff2", href: `/${file}`, crossorigin: true },
          })),
    },
  };
}

/** For workers, which the list of licences leaves out. */
function ownCodeOnly(): Plugin {
  return {
    name: "own code only",
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
      const foreign = modules.find((id) => id.includes("/node_modules/"));
      if (foreign) this.error(`${foreign} is in a worker, whose licences nobody lists.`);
    },
  };
}

export default defineConfig({
  plugins: [svelte({ configFile: false }), fonts(), firstLoad()],
  resolve: { conditions: ["@windowscope/source", "browser", "module", "import", "default"] },
  // Every browser of that target either preloads modules itself or does without.
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: "licenses.json" },
  },
  worker: { format: "es", plugins: () => [ownCodeOnly()] },
  server: { proxy: { "/api": server, "/live": { target: server, ws: true } } },
});
