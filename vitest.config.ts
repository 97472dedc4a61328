import { defineConfig } from "vitest/config";

/** Tests run on the packages' sources, not on their builds. */
const resolve = { conditions: ["@windowscope/source"] };

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr: { resolve },
        test: {
          name: "node",
          include: ["{packages,apps}/*/src/**/*.test.ts"],
        },
      },
    ],
  },
});
