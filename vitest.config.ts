import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

/** Ends what hangs, and nothing else: how long a machine takes is no test's business. */
const testTimeout = 60_000;

/** Likewise for what is awaited: it comes when two busy cores have got to it. */
const patience = { poll: { timeout: 15_000 } };

/**
 * On a machine of which nothing is known, processes, sockets and browsers are asked twice. `.ci/run` names what passed the
 * second time only, with its error, and that wants to be mended all the same.
 */
const retry = process.env.CI ? 1 : 0;

/** Tests run on the packages' sources, not on their builds. */
const resolve = { conditions: ["@windowscope/source"] };
const browserResolve = { conditions: [...resolve.conditions, "browser"] };

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr: { resolve },
        test: {
          name: "unit",
          hookTimeout: testTimeout,
          testTimeout,
          expect: patience,
          retry,
          include: ["{packages,apps}/*/src/**/*.test.ts", "bench/src/**/*.test.ts"],
          exclude: ["apps/viewer/**"],
        },
      },
      {
        plugins: [svelte({ configFile: false })],
        resolve: browserResolve,
        ssr: { resolve: browserResolve },
        test: {
          name: "viewer",
          hookTimeout: testTimeout,
          testTimeout,
          expect: patience,
          include: ["apps/viewer/src/**/*.test.ts"],
        },
      },
      {
        // The built program as processes, and a real Chromium: one file after another, since they share two cores.
        resolve,
        ssr: { resolve },
        test: {
          name: "e2e",
          include: ["apps/{cli,studio}/src/**/*.e2e.ts"],
          fileParallelism: false,
          hookTimeout: testTimeout,
          testTimeout,
          expect: patience,
          retry,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // What goes wrong on purpose. WINDOWSCOPE_FAULTS=full runs every case and writes docs/RELIABILITY.md; without
        // it a quick selection runs.
        resolve,
        ssr: { resolve },
        test: {
          name: "faults",
          include: ["apps/cli/faults/*.fault.ts"],
          globalSetup: "apps/cli/faults/write-document.ts",
          fileParallelism: false,
          hookTimeout: testTimeout,
          testTimeout,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
