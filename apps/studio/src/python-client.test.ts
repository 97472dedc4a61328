import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";

import { toImpulseDocument } from "@windowscope/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { smallImpulse, smallRecording } from "./small-impulse.ts";
import { startStudio, type RunningStudio } from "./start.ts";

const KEY = "ei_python_client";
/** Debian's, for which its package of python-socketio is. */
const PYTHON = "/usr/bin/python3";
const SCRIPT = path.join(import.meta.dirname, "python-client.py");
const TIMEOUT_MS = 30_000;

describe("python-socketio, which Edge Impulse's Python SDK is built on", () => {
  let studio: RunningStudio;

  beforeEach(async () => {
    studio = await startStudio({ apiKey: KEY, project: "empty", ports: { studio: 0, devices: 0, ingestion: 0 } });
  });

  afterEach(() => studio.close());

  async function call(method: "GET" | "POST", url: string, body?: object) {
    const init = { method, headers: { "x-api-key": KEY, "x-file-name": "still" } };
    const response = await fetch(url, { ...init, ...(body && { body: JSON.stringify(body) }) });
    return response;
  }

  it.for([
    { how: "by WebSocket alone", transports: ["websocket"] },
    { how: "by long polling first, as it does unless told otherwise", transports: ["polling", "websocket"] },
  ])(
    "connects with a token, as Engine.IO 4, $how, and is told that a job has finished",
    { timeout: TIMEOUT_MS },
    async ({ transports }, test) => {
      skipWithoutPython((note) => test.skip(note));
      const api = `${studio.url}/v1/api/${studio.projectId}`;
      await call("POST", `${studio.url}/windowscope/impulses`, toImpulseDocument(smallImpulse));
      await call("POST", `${studio.ingestionUrl}/api/testing/data`, smallRecording(3));
      const { token } = (await (await call("GET", `${api}/socket-token`)).json()) as { token: { socketToken: string } };

      const commandLine = [SCRIPT, studio.url, token.socketToken, ...transports];
      const python = spawn(PYTHON, commandLine, { stdio: ["ignore", "pipe", "inherit"] });
      const ended = once(python, "exit");
      const events: { name: string; payload: unknown[] }[] = [];
      for await (const line of createInterface(python.stdout)) {
        const event = JSON.parse(line) as (typeof events)[number];
        events.push(event);
        // The socket is there before the job is.
        if (event.name === "hello") await call("POST", `${api}/jobs/evaluate`);
      }

      expect(await ended).toEqual([0, null]);
      expect(events[0]).toEqual({ name: "hello", payload: [{ hello: { version: 1 }, devices: [] }] });
      expect(events).toContainEqual({ name: "job-finished", payload: [{ jobId: 1, success: true }] });
      const lines = events.filter(({ name }) => name === "job-data-1").map(({ payload }) => payload[0]);
      expect(lines).toContainEqual({ data: "Job completed\n" });
    },
  );
});

/** Where nobody promised that Python is there, its absence is no failure. CI installs it. */
function skipWithoutPython(skip: (note: string) => void): void {
  const { status } = spawnSync(PYTHON, ["-c", "import requests, socketio, websocket"]);
  if (status === 0) return;
  const note = "python-socketio is missing: apt-get install python3-socketio python3-websocket python3-requests";
  if (process.env.CI !== undefined) throw new Error(note);
  skip(`not run: ${note}`);
}
