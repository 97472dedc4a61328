import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

/** Where `pnpm dev` finds the server. */
const server = "http://127.0.0.1:4700";

export default defineConfig({
  plugins: [svelte({ configFile: false })],
  resolve: { conditions: ["@windowscope/source", "browser", "module", "import", "default"] },
  build: { target: "es2022", assetsInlineLimit: 0 },
  server: { proxy: { "/api": server, "/live": { target: server, ws: true } } },
});
