import { once } from "node:events";

import { runDemoDevices } from "../demo/device.ts";
import { createDataDir, isDemoOn, keySettingOf, studioPortsOf } from "../settings.ts";
import { shellQuote } from "../shell-quote.ts";
import { startStudio } from "../start.ts";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Runs a local Studio until the process is told to end.
 *
 * @param print Told what happens, a line each.
 */
export async function serve(env: Env, print: (line: string) => void): Promise<void> {
  const dataDir = createDataDir(env);
  const setting = keySettingOf(env, dataDir);
  const isDemo = isDemoOn(env);
  // A second signal finds nobody who listens, and ends the process at once.
  const toldToEnd = Promise.race(["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => once(process, signal)));
  const studio = await startStudio({
    ...setting,
    dataDir,
    project: isDemo ? "demo" : "empty",
    conductsDemo: isDemo,
    ports: studioPortsOf(env),
    log: print,
  });
  const { url, ingestionUrl, devicesUrl } = studio;
  const stop = new AbortController();
  const device = isDemo
    ? runDemoDevices({
        remoteManagementUrl: devicesUrl,
        ingestionUrl,
        apiKey: setting.apiKey,
        seed: Date.now(),
        signal: stop.signal,
        log: print,
      })
    : undefined;

  const keyPlace = setting.keyFile === undefined ? "WINDOWSCOPE_STUDIO_KEY" : setting.keyFile;
  const key = setting.keyFile === undefined ? '"$WINDOWSCOPE_STUDIO_KEY"' : `"$(cat ${shellQuote(setting.keyFile)})"`;
  print(`Studio     ${url}   (open it in a browser)`);
  print(`Ingestion  ${ingestionUrl}`);
  print(`Devices    ${devicesUrl}`);
  print(`Key        ${setting.apiKey.slice(0, 6)}..., in ${keyPlace}`);
  print(`Data       ${dataDir}`);
  print(`\nEdge Impulse's own tools: EI_HOST=localhost edge-impulse-daemon --api-key ${key}`);
  print("They look on ports 4800, 4802 and 4810 alone. Ctrl-C ends this Studio.\n");

  await toldToEnd;
  stop.abort();
  await device;
  await studio.close();
}
