import { entriesOf, itemsOf, isObject, type JsonValue, type OpenApiDocument } from "../openapi-document.ts";
import { findOperations, type OperationPlace } from "../operations.ts";
import { referencesBelow, rootPart } from "../parts.ts";
import { componentOf, lookUp } from "../references.ts";

/** The operations that meet a component schema in what they answer, and in what they are sent. */
export interface Reach {
  readonly answers: ReadonlySet<string>;
  readonly requests: ReadonlySet<string>;
}

/** What an operation is called in a report. */
export function operationName({ id, method, path }: Pick<OperationPlace, "id" | "method" | "path">): string {
  return id ?? `${method.toUpperCase()} ${path}`;
}

/** For each component schema that an operation reaches, however deep: which operations do. By the schema's name. */
export function findReach(document: OpenApiDocument): ReadonlyMap<string, Reach> {
  const reach = new Map<string, { answers: Set<string>; requests: Set<string> }>();
  const direct = new Map<string, readonly string[]>();
  const referencesOf = (reference: string): readonly string[] => {
    const known = direct.get(reference) ?? referencesIn(lookUp(document, reference));
    direct.set(reference, known);
    return known;
  };

  function mark(side: keyof Reach, name: string, value: JsonValue | undefined): void {
    const seen = new Set<string>();
    const open = [...referencesIn(value)];
    for (let reference = open.pop(); reference !== undefined; reference = open.pop()) {
      if (seen.has(reference)) continue;
      seen.add(reference);
      const component = componentOf(reference);
      if (component?.kind === "schemas") {
        const sides = reach.get(component.name) ?? { answers: new Set<string>(), requests: new Set<string>() };
        sides[side].add(name);
        reach.set(component.name, sides);
      }
      open.push(...referencesOf(reference));
    }
  }

  for (const place of findOperations(document)) {
    // One by one: the key of a response may be spelt like a keyword, as `default` is.
    const responses = entriesOf(place.operation.responses).map(([, response]) => response);
    mark("answers", operationName(place), responses);
    mark("requests", operationName(place), place.operation.requestBody);
    mark("requests", operationName(place), place.parameters);
  }
  return reach;
}

function referencesIn(value: JsonValue | undefined): readonly string[] {
  if (value === undefined) return [];
  // What stands below a response or a parameter list are keywords as everywhere.
  const parts = Array.isArray(value) ? itemsOf(value) : isObject(value) ? [value] : [];
  return parts.flatMap((part) => [...referencesBelow(rootPart(part))].map(({ reference }) => reference));
}
