import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import svelte from "eslint-plugin-svelte";
import { defineConfig, globalIgnores } from "eslint/config";
import ts from "typescript-eslint";

export default defineConfig(
  globalIgnores(["**/dist", "**/generated", "**/*.gen.ts", "**/*.config.{js,ts}", "**/*.cjs", "**/*.mjs"]),
  js.configs.recommended,
  ts.configs.recommendedTypeChecked,
  svelte.configs.recommended,
  prettier,
  svelte.configs.prettier,
  {
    languageOptions: { parserOptions: { projectService: true, extraFileExtensions: [".svelte"] } },
    rules: {
      "no-console": "error",
      // TypeScript already knows every name, including the browser's.
      "no-undef": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-floating-promises": "error",
      // An interface may ask for a promise where an implementation in memory has the value at once.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  { files: ["**/*.{test,e2e,fault}.ts"], rules: { "no-console": "off" } },
  // Programs of strangers: what they import is not installed here, and they talk to whoever runs them.
  { files: ["examples/**"], extends: [ts.configs.disableTypeChecked], rules: { "no-console": "off" } },
);
