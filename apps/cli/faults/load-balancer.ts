import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";

import { findFreePorts } from "../src/harness.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const READY_MS = 20_000;
const NGINX = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/opt/homebrew/bin/nginx"];

/** Starts nginx before these ports. @returns Its address, and the lines of its access log so far. */
export async function startLoadBalancer(
  ports: readonly number[],
): Promise<{ readonly url: string; readonly liveUrl: string; readonly accessLog: () => string }> {
  const program = NGINX.find((candidate) => existsSync(candidate));
  if (program === undefined) throw new Error("No nginx found. Install it (Debian: apt-get install nginx-light).");
  const [port = 0] = await findFreePorts(1);
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, "tmp"));
  const file = path.join(folder, "nginx.conf");
  writeFileSync(file, nginxConfig(folder, port, ports));
  const child = spawn(program, ["-c", file, "-p", folder, "-e", path.join(folder, "error.log")], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  await untilListening(port);
  const accessLog = () => readFileSync(path.join(folder, "access.log"), "utf8");
  return { url: `http://127.0.0.1:${port}`, liveUrl: `ws://127.0.0.1:${port}/live`, accessLog };
}

/**
 * `max_fails=0`: nginx takes a server back after a failure when one request to it has ended well. A WebSocket does not
 * end, so after a restart it would let in one viewer for each `fail_timeout`.
 */
function nginxConfig(folder: string, port: number, servers: readonly number[]): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${folder}/tmp/${kind};`)
    .join(" ");
  return `
daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
${process.getuid?.() === 0 ? "user root;" : ""}
worker_rlimit_nofile 16384;
events { worker_connections 8192; }
http {
  access_log ${folder}/access.log; ${temporary}
  map $http_upgrade $connection_upgrade { default upgrade; "" close; }
  upstream servers {
${servers.map((server) => `    server 127.0.0.1:${server} max_fails=0;`).join("\n")}
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://servers;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_connect_timeout 2s;
      proxy_next_upstream error timeout http_502 http_503;
    }
  }
}
`;
}

async function untilListening(port: number): Promise<void> {
  const untilMs = performance.now() + READY_MS;
  for (;;) {
    const isListening = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.once("close", () => socket.destroy());
      socket.once("connect", () => socket.destroy());
    });
    if (isListening) return;
    if (performance.now() > untilMs) throw new Error(`Nobody listens on port ${port}.`);
    await pause(20);
  }
}
