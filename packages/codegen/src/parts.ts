import { entriesOf, isObject, textOf, type JsonValue } from "./openapi-document.ts";
import { escapePointer } from "./references.ts";

/** Below these keywords stand names that people gave, which may be spelt like keywords. */
const NAME_MAPS = new Set(
  `properties patternProperties $defs definitions dependentSchemas schemas parameters responses headers requestBodies
  securitySchemes links callbacks pathItems content encoding paths examples mapping variables`.split(/\s+/),
);
/** Below these keywords stand values of the API, not parts of its description: a `$ref` there is data. */
const VALUES = new Set(["example", "default", "enum", "const", "value"]);

/** A part of a document: its value, its JSON pointer, and what its keys are. */
export interface Part {
  readonly key: string;
  readonly value: JsonValue;
  readonly pointer: string;
  readonly kind: "keywords" | "names" | "value";
}

export function rootPart(value: JsonValue, pointer = ""): Part {
  return { key: "", value, pointer, kind: "keywords" };
}

/** The members of an object or the items of a list. */
export function partsBelow(part: Part): readonly Part[] {
  const isNamed = part.kind === "keywords" && isObject(part.value);
  return entriesOf(part.value).map(([key, value]) => ({
    key,
    value,
    pointer: `${part.pointer}/${escapePointer(key)}`,
    kind: isNamed ? kindBelow(key, value) : part.kind === "value" ? "value" : "keywords",
  }));
}

/** The references that a part and all below it hold, each with its JSON pointer. */
export function* referencesBelow(part: Part): Generator<{ reference: string; pointer: string }> {
  if (part.kind === "value") return;
  if (part.kind === "keywords" && isObject(part.value)) {
    const { $ref, discriminator } = part.value;
    if (typeof $ref === "string") yield { reference: $ref, pointer: part.pointer };
    const mapping = isObject(discriminator) ? discriminator.mapping : undefined;
    for (const [, target] of entriesOf(mapping)) {
      const name = textOf(target);
      yield {
        reference: name.includes("#") ? name : `#/components/schemas/${name}`,
        pointer: `${part.pointer}/discriminator`,
      };
    }
  }
  for (const below of partsBelow(part)) yield* referencesBelow(below);
}

function kindBelow(key: string, value: JsonValue): Part["kind"] {
  // What an extension means nobody knows. A schema's examples are a list of values; those of a body or a parameter are described, by name.
  if (VALUES.has(key) || key.startsWith("x-") || (key === "examples" && Array.isArray(value))) return "value";
  return NAME_MAPS.has(key) && isObject(value) ? "names" : "keywords";
}
