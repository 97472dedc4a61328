import { generateCommand, GENERATE_USAGE } from "./generate-command.ts";
import { OpenApiDocumentError } from "./openapi-document.ts";
import { UsageError } from "./usage-error.ts";

/** 0: done. 1: stale files, or an API change that was to be refused. 2: it could not be done. */
async function main(words: readonly string[]): Promise<number> {
  try {
    return await generateCommand(words);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n\n${GENERATE_USAGE}`);
    } else if (error instanceof OpenApiDocumentError) {
      process.stderr.write(`${error.message}\n`);
    } else {
      throw error;
    }
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
