/**
 * The page at `/`: what this Studio is, what its project holds, and how to point tools here. It says where the key is
 * kept, and never the key.
 */
import { createHash } from "node:crypto";

import { operationTable, type OperationId } from "@windowscope/sdk/api-types";
import { Hono } from "hono";
import { html, raw } from "hono/html";

import type { StoredImpulse } from "./impulses.ts";
import type { Project } from "./projects.ts";
import type { LabelCount } from "./sample-statistics.ts";
import { STUDIO_PORTS } from "./ports.ts";
import { shellQuote } from "./shell-quote.ts";

/** What the page tells. */
export interface PageFacts {
  readonly url: string;
  readonly ingestionUrl: string;
  readonly devicesUrl: string;
  readonly project: Project;
  readonly samples: readonly LabelCount[];
  /** The default impulse. */
  readonly impulse: StoredImpulse | undefined;
  /** Names of the devices that are connected. */
  readonly connected: readonly string[];
  /** The beginning of the key. */
  readonly keyHint: string;
  /** The file with the key; `undefined` when somebody gave it to the program. */
  readonly keyFile: string | undefined;
  /** The operations of the API that are served. */
  readonly operations: readonly OperationId[];
}

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

const STYLE = `
:root { color-scheme: light dark; }
body { font: 0.9375rem/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 0.5rem; }
h2 { font-size: 1rem; margin: 1.75rem 0 0.25rem; padding-bottom: 0.25rem; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
p { margin: 0.5rem 0; }
pre { margin: 0.5rem 0; white-space: pre-wrap; overflow-wrap: anywhere; padding: 0.75rem 1rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 0.4rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9rem; }
p code { overflow-wrap: anywhere; }
details { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: 0.2rem 1.5rem 0.2rem 0; text-align: left; }
:is(th, td):last-child { padding-right: 0; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
`;

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Serves the page to browsers that ask this machine by its own name. @param facts What holds right now. */
export function localPage(facts: () => PageFacts): Hono {
  const app = new Hono();
  app.get("/", (c) => {
    // A foreign name that was made to point here would let a page from elsewhere read this one.
    const host = c.req.header("host") ?? "";
    const isLoopback = URL.canParse(`http://${host}`) && LOOPBACK.includes(new URL(`http://${host}`).hostname);
    if (!isLoopback) return c.text(`This Studio is not ${host || "nameless"}; it is ${facts().url}.`, 403);
    c.header("content-security-policy", POLICY);
    c.header("x-content-type-options", "nosniff");
    c.header("referrer-policy", "no-referrer");
    c.header("cache-control", "no-store");
    return c.html(pageOf(facts()));
  });
  return app;
}

function pageOf(facts: PageFacts) {
  const { url, ingestionUrl, devicesUrl, project, samples, impulse, connected, keyHint, keyFile, operations } = facts;
  const key = keyFile === undefined ? "ei_..." : `$(cat ${shellQuote(keyFile)})`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${project.name}, local Studio</title>
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <h1>${project.name}</h1>
        <p>
          A local Studio of Windowscope: it speaks the protocols of Edge Impulse's Studio on this machine, and
          classifies and trains for real. Project ${project.id}. ${project.description}
        </p>
        <p>
          Its key begins with <code>${keyHint}</code> and
          ${keyFile === undefined ? "was given to the program when it was started" : html`is kept in <code>${keyFile}</code>`}.
        </p>

        <h2>Samples</h2>
        ${samplesTable(samples)}

        <h2>Impulse</h2>
        <p>${impulse ? describeImpulse(impulse) : "None yet: train one, or import one."}</p>

        <h2>Devices</h2>
        <p>${connected.length > 0 ? `Connected: ${connected.join(", ")}.` : "None is connected."}</p>

        <h2>Edge Impulse's own tools</h2>
        ${toolsPart({ url, ingestionUrl, devicesUrl }, key)}

        <h2>Upload by hand</h2>
        <pre>curl -H "x-api-key: ${key}" -F "data=@idle.1.json" ${ingestionUrl}/api/training/files</pre>
        <p>or a whole folder, and then a model of it:</p>
        <pre>
windowscope-studio import FOLDER
windowscope-studio train</pre>

        <h2>Addresses</h2>
        <table>
          <tr>
            <th scope="row">API and job socket</th>
            <td><code>${url}/v1</code></td>
          </tr>
          <tr>
            <th scope="row">Ingestion</th>
            <td><code>${ingestionUrl}</code></td>
          </tr>
          <tr>
            <th scope="row">Devices</th>
            <td><code>${devicesUrl}</code></td>
          </tr>
        </table>
        <details>
          <summary>${operations.length} operations of the API are served</summary>
          <table>
            ${operations.map((id) => {
              const { method, path } = operationTable[id];
              return html`<tr>
                <td><code>${method.toUpperCase()}</code></td>
                <td><code>/v1${path}</code></td>
                <td>${id}</td>
              </tr>`;
            })}
          </table>
        </details>

        <h2>Documentation</h2>
        <ul>
          <li>docs/LOCAL-STUDIO.md and docs/IMPULSE.md, which came with Windowscope</li>
          <li><a href="https://docs.edgeimpulse.com/apis/studio">Edge Impulse's Studio API</a></li>
          <li><a href="https://docs.edgeimpulse.com/apis/ingestion">Edge Impulse's ingestion API</a></li>
        </ul>
      </body>
    </html>`;
}

function describeImpulse({ id, design, impulse, variants }: StoredImpulse): string {
  const { axes, frequencyHz, windowSizeMs, windowIncreaseMs } = design.input;
  const windows = `${windowSizeMs} ms of ${axes.join(", ")} at ${frequencyHz} Hz, every ${windowIncreaseMs} ms`;
  const labels = impulse?.classifier?.labels.join(", ");
  const network = labels === undefined ? "estimates a value" : `tells apart ${labels}`;
  const knows = variants.length === 0 ? "" : ` It ${network} (${variants.join(", ")}).`;
  const anomaly = impulse?.anomaly
    ? ` Windows that score ${Number(impulse.anomaly.threshold.toFixed(2))} or more are anomalies.`
    : "";
  return `${id}, "${design.name}": windows of ${windows}.${impulse ? knows + anomaly : " It has not been trained."}`;
}

function samplesTable(samples: readonly LabelCount[]) {
  if (samples.length === 0) return html`<p>None yet.</p>`;
  const categories = [...new Set(samples.map(({ category }) => category))].sort().reverse();
  const labels = [...new Set(samples.map(({ label }) => label))];
  const countOf = (label: string, category: string) =>
    samples.find((each) => each.label === label && each.category === category)?.count ?? 0;
  return html`<table>
    <tr>
      <th scope="col">label</th>
      ${categories.map((category) => html`<th scope="col">${category}</th>`)}
    </tr>
    ${labels.map(
      (label) =>
        html`<tr>
          <th scope="row">${label || "(no label)"}</th>
          ${categories.map((category) => html`<td class="number">${countOf(label, category)}</td>`)}
        </tr>`,
    )}
  </table>`;
}

function toolsPart(
  { url, ingestionUrl, devicesUrl }: Pick<PageFacts, "url" | "ingestionUrl" | "devicesUrl">,
  key: string,
) {
  const ports = [url, devicesUrl, ingestionUrl].map((address) => Number(new URL(address).port));
  const { studio, devices, ingestion } = STUDIO_PORTS;
  if (ports.join() !== [studio, devices, ingestion].join()) {
    return html`<p>
      They look for a Studio on the ports ${studio}, ${devices} and ${ingestion} and know no others; this one has
      others.
    </p>`;
  }
  return html`<pre>
EI_HOST=localhost edge-impulse-daemon --api-key ${key}
EI_HOST=localhost edge-impulse-data-forwarder --api-key ${key}
EI_HOST=localhost edge-impulse-uploader --api-key ${key} --category training idle.*.json
EI_HOST=localhost edge-impulse-linux --api-key ${key}</pre>`;
}
