/** Serves each contender as the page that its users would have: bundled and minified. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

import { build } from "esbuild";

const PROGRAMS = path.join(import.meta.dirname, "programs");
/** The plot asks for its worker beside its own file. */
const WORKER = path.resolve(import.meta.dirname, "../../node_modules/@windowscope/plot/dist/live/plot-worker.js");

export interface PageServer {
  urlOf(contender: string): string;
  close(): Promise<void>;
}

/** @param contenders Their files in `programs/`, without the ending. */
export async function servePages(contenders: readonly string[]): Promise<PageServer> {
  const { outputFiles } = await build({
    entryPoints: [...contenders.map((name) => path.join(PROGRAMS, `${name}.ts`)), WORKER],
    outdir: "/",
    entryNames: "[name]",
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    logLevel: "error",
  });
  const scripts = new Map(outputFiles.map((file) => [`/${path.basename(file.path)}`, file.contents]));
  const server = createServer((request, response) => {
    const script = scripts.get(request.url ?? "");
    if (script) return void response.writeHead(200, { "content-type": "text/javascript" }).end(script);
    const name = (request.url ?? "").slice(1);
    response.writeHead(200, { "content-type": "text/html" });
    response.end(`<!doctype html><body style="margin:0"><script type="module" src="/${name}.js"></script>`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (contender) => `http://127.0.0.1:${port}/${contender}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
