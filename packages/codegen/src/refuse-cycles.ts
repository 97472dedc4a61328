import { OpenApiDocumentError } from "./openapi-document.ts";
import { escapePointer } from "./references.ts";

/** Far beyond any real document, and far from where recursion ends. */
const MAX_DEPTH = 500;
/** YAML aliases repeat what they name; a few lines can stand for billions of values. */
const MAX_VALUES = 5_000_000;

/**
 * Refuses what would keep later steps busy for ever: YAML aliases that contain themselves or repeat without measure,
 * and nesting that nobody wrote by hand. Circles of `$ref` are fine and stay.
 *
 * @throws {OpenApiDocumentError} that says where.
 */
export function refuseCycles(document: unknown, source: string): void {
  const above = new Set<object>();
  let values = 0;

  function walk(value: unknown, pointer: string): void {
    values++;
    if (values > MAX_VALUES) {
      throw new OpenApiDocumentError("holds too many values once its YAML aliases are followed. Use $ref instead.", {
        source,
      });
    }
    if (typeof value !== "object" || value === null) return;
    if (above.has(value)) {
      throw new OpenApiDocumentError("is a YAML alias of something that contains it. Use $ref instead.", {
        source,
        pointer,
      });
    }
    if (above.size > MAX_DEPTH) {
      throw new OpenApiDocumentError(`is nested more than ${MAX_DEPTH} levels deep. Give its parts names.`, { source });
    }
    above.add(value);
    for (const [key, member] of Object.entries(value)) walk(member, `${pointer}/${escapePointer(key)}`);
    above.delete(value);
  }

  walk(document, "");
}
