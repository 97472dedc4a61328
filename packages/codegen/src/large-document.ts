/**
 * A made-up OpenAPI 3.0 document as large and as untidy as those that big services publish, for tests and benchmarks.
 *
 * About 1 MB of YAML, 600 operations, 600 schemas, the same for the same seed. It has what makes tools stumble: raw
 * control characters in descriptions, `required` names that nothing defines, members beside `$ref`, security schemes
 * that nobody declares, answers that are a result or a job, literal paths that overlap templates, and schemas that
 * contain themselves. Never part of a build.
 */
import { stringify } from "yaml";

/** What the generator promises to have planted, so that a test can count it again. */
export interface LargeDocument {
  /** YAML, with raw U+001C and U+001D in it. */
  readonly text: string;
  readonly operationCount: number;
  readonly schemaCount: number;
  readonly danglingRequiredCount: number;
  readonly referenceSiblingCount: number;
  readonly resultOrJobCount: number;
  /** Operations that are safe to retry although they are POSTs. */
  readonly readOnlyPosts: readonly string[];
}

const TAGS = words(`Projects Impulse Samples Classify Jobs Learn Features Deployment Devices Users Organizations Metrics
  Themes Exports Pipelines Portals Campaigns Secrets Credentials Versions Optimization Thresholds Emails Blocks Storage`);
const RESOURCES = words(`summary layout window label file image video model report graph trial config token member
  folder bucket script notice variant upload comment cursor tag template`);
const FIELDS = words(`name title created modified owner email count total size offset limit frequency interval progress
  status reason width height score accuracy loss kind version path hash url enabled visible comment category device
  channel index duration threshold priority language region memory latency flash`);
const VALUES = words(`none small medium large pending running finished failed float32 int8 training testing validation
  image audio motion camera microphone accelerometer classification regression anomaly detection segmentation`);
const PROSE = words(`the a of and when which only each new stored current project sample block impulse value list model
  returns starts updates removes describes contains optional requires depends result before after every other setting
  device window label data large small if set this field request answer server takes longer than expected`);

const SCHEMAS_PER_KIND = { enumerations: 60, objects: 110 };
const OPERATIONS_PER_TAG = 24;
/** Stand for characters that a YAML writer would escape; put in after writing. */
const CONTROL_MARKS = { "<<1C>>": "\u001c", "<<1D>>": "\u001d" };

/** @param seed The same seed gives the same text on every machine. */
export function createLargeDocument(seed = 1): LargeDocument {
  const random = createRandom(seed);
  const planted = { danglingRequiredCount: 0, referenceSiblingCount: 0, resultOrJobCount: 0, operationCount: 0 };
  const readOnlyPosts: string[] = [];
  const schemas: Record<string, unknown> = {
    GenericApiResponse: {
      type: "object",
      required: ["success"],
      properties: {
        success: { type: "boolean", description: "Whether the operation succeeded" },
        error: { type: "string", description: "Why it did not (set if 'success' was false)" },
      },
    },
    StartJobResponse: answer({ id: { type: "integer", description: "Job identifier." } }, ["id"]),
    Tree: {
      type: "object",
      required: ["name", "children"],
      properties: { name: { type: "string" }, children: { type: "array", items: reference("Tree") } },
    },
  };
  const enumerationNames: string[] = [];
  const objectNames: string[] = ["Tree"];

  for (let i = 0; i < SCHEMAS_PER_KIND.enumerations; i++) {
    const name = `${pascal(random.pick(FIELDS))}Type${i}`;
    enumerationNames.push(name);
    schemas[name] = { type: "string", description: prose(8), enum: random.some(VALUES, 3 + random.below(9)) };
  }
  for (let i = 0; i < SCHEMAS_PER_KIND.objects; i++) {
    const name = `${pascal(random.pick(RESOURCES))}${pascal(random.pick(FIELDS))}${i}`;
    // Knows only the names before its own, so that nothing but Tree contains itself.
    schemas[name] = objectSchema(i % 5 === 0);
    objectNames.push(name);
  }

  const paths: Record<string, Record<string, unknown>> = {};
  for (const [tagIndex, tag] of TAGS.entries()) {
    for (let i = 0; i < OPERATIONS_PER_TAG; i++) addOperation(tag, tagIndex, i);
  }

  const document = {
    openapi: "3.0.0",
    info: { title: "Large example API", version: "1.0.0", description: prose(60) },
    servers: [{ url: "https://api.example.com/v1" }],
    security: [{ ApiKeyAuthentication: [] }, { UndeclaredAuthentication: [] }],
    tags: TAGS.map((name) => ({ name, description: prose(10) })),
    paths,
    components: {
      parameters: {
        ProjectIdParameter: pathParameter("projectId", "integer"),
        LimitParameter: queryParameter("limit", { type: "integer" }),
        OffsetParameter: queryParameter("offset", { type: "integer" }),
        VariantParameter: queryParameter("variant", reference(enumerationNames[0] as string)),
      },
      securitySchemes: { ApiKeyAuthentication: { type: "apiKey", in: "header", name: "x-api-key" } },
      schemas,
    },
  };
  let text = stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 });
  for (const [mark, character] of Object.entries(CONTROL_MARKS)) text = text.replaceAll(mark, character);
  return { text, ...planted, schemaCount: Object.keys(schemas).length, readOnlyPosts };

  function addOperation(tag: string, tagIndex: number, index: number): void {
    const round = index % 4;
    // An update shares its path with the list before it.
    const resource = RESOURCES[round === 2 ? index - 1 : index] as string;
    const base = `/api/{projectId}/${tag.toLowerCase()}`;
    const name = `${pascal(tag)}${pascal(resource)}`;
    const isResultOrJob = round === 3 && index % 8 === 3 && tagIndex < 11;
    const isReadOnlyPost = isResultOrJob && index === 3 && tagIndex < 4;
    // `/layout` also matches `/{itemId}`: which of the two is meant depends on the order of routes.
    const place = round > 0 ? resource : index === 0 ? "{itemId}" : `{itemId}/${resource}`;
    const path = `${base}/${place}`;
    const method = round < 2 ? "get" : "post";
    const verb = (["get", "list", "update", "start"] as const)[round as 0 | 1 | 2 | 3];
    const operationId = `${verb}${name}`;
    if (isReadOnlyPost) readOnlyPosts.push(operationId);

    const takes = round === 0 ? [pathParameter("itemId", "integer")] : [];
    const asksForPages = verb === "list";
    paths[path] = {
      ...paths[path],
      [method]: {
        operationId,
        summary: `${pascal(verb)} ${resource}`,
        description: withControlCharacters(prose(18 + random.below(40)), planted.operationCount % 40 === 0),
        tags: [tag],
        ...(isReadOnlyPost && { "x-middleware": ["AllowsReadOnly"] }),
        ...(index % 6 === 5 && { "x-internal-api": true }),
        ...(index % 11 === 10 && { deprecated: true }),
        parameters: [
          parameterReference("ProjectIdParameter"),
          ...takes,
          ...(asksForPages ? [parameterReference("LimitParameter"), parameterReference("OffsetParameter")] : []),
          ...(index % 5 === 0 ? [parameterReference("VariantParameter")] : []),
        ],
        ...(verb === "update" && { requestBody: { required: true, content: body(addRequest(name)) } }),
        responses: {
          "200": { description: "OK", content: body(addAnswer(pascal(operationId), isResultOrJob, verb === "start")) },
        },
      },
    };
    planted.operationCount++;
  }

  function addRequest(name: string): unknown {
    schemas[`Update${name}Request`] = objectSchema(false);
    return reference(`Update${name}Request`);
  }

  function addAnswer(name: string, isResultOrJob: boolean, startsJob: boolean): unknown {
    if (startsJob && !isResultOrJob) return reference("StartJobResponse");
    const own = `${name}Response`;
    // Some answers are written where it is used, so that not every schema has a name.
    const schema = answer({ item: reference(random.pick(objectNames)), created: date() }, ["item"]);
    if (!isResultOrJob && random.below(5) < 2) return schema;
    schemas[own] = schema;
    if (!isResultOrJob) return reference(own);
    planted.resultOrJobCount++;
    return { anyOf: [reference(own), reference("StartJobResponse")] };
  }

  function objectSchema(hasDanglingRequired: boolean): unknown {
    const names = random.some(FIELDS, 4 + random.below(12));
    const properties = Object.fromEntries(names.map((name) => [name, property(name)]));
    const required = names.filter(() => random.below(2) === 0);
    if (hasDanglingRequired) {
      required.push("neverDefined");
      planted.danglingRequiredCount++;
    }
    return { type: "object", ...(required.length > 0 && { required }), properties };
  }

  function property(name: string): unknown {
    const description = prose(6 + random.below(14));
    switch (random.below(9)) {
      case 0:
        return { ...date(), description };
      case 1:
        return { type: "string", enum: random.some(VALUES, 2 + random.below(5)), description };
      case 2:
        return { type: "array", items: { type: "number" }, description };
      case 3:
        return { type: "array", items: reference(random.pick(objectNames)), description };
      case 4:
        if (random.below(4) > 0) return reference(random.pick(enumerationNames));
        planted.referenceSiblingCount++;
        return { ...reference(random.pick(enumerationNames)), description };
      case 5:
        return { type: "boolean", description };
      case 6:
        return { type: "integer", description, example: random.below(1000) };
      case 7:
        return { type: "object", additionalProperties: { type: "number" }, description };
      default:
        return { type: "string", nullable: name < "f", description };
    }
  }

  function queryParameter(name: string, schema: unknown): unknown {
    return { name, in: "query", required: false, description: prose(8), schema };
  }

  function prose(count: number): string {
    const text = Array.from({ length: count }, () => random.pick(PROSE)).join(" ");
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  }
}

function answer(properties: Record<string, unknown>, required: readonly string[]): unknown {
  return { allOf: [reference("GenericApiResponse"), { type: "object", required, properties }] };
}

function body(schema: unknown): unknown {
  return { "application/json": { schema } };
}

function date(): { type: "string"; format: "date-time" } {
  return { type: "string", format: "date-time" };
}

function pathParameter(name: string, type: string): unknown {
  return { name, in: "path", required: true, description: `The ${name}.`, schema: { type } };
}

function reference(schema: string): { $ref: string } {
  return { $ref: `#/components/schemas/${schema}` };
}

function parameterReference(parameter: string): { $ref: string } {
  return { $ref: `#/components/parameters/${parameter}` };
}

function withControlCharacters(text: string, isWanted: boolean): string {
  return isWanted ? `<<1C>>${text}<<1D>>` : text;
}

function pascal(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function words(text: string): readonly string[] {
  return text.split(/\s+/);
}

/** The "mulberry32" generator, 32 bits of state. */
function createRandom(seed: number) {
  let state = seed >>> 0;
  function below(limit: number): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  }
  return {
    below,
    pick: <T>(from: readonly T[]): T => from[below(from.length)] as T,
    some(from: readonly string[], count: number): string[] {
      const left = [...from];
      return Array.from(
        { length: Math.min(count, left.length) },
        () => left.splice(below(left.length), 1)[0] as string,
      );
    },
  };
}
