import {
  entriesOf,
  isObject,
  textOf,
  type JsonObject,
  type JsonValue,
  type OpenApiDocument,
} from "../openapi-document.ts";
import { securityOf, type OperationPlace } from "../operations.ts";
import { escapePointer, lookUp, resolve } from "../references.ts";
import type { Change, Verdict } from "./change.ts";
import { compareSchemas } from "./compare-schemas.ts";
import { hasSameShape, otherDifferences } from "./other-differences.ts";

/** What is looked into; what else differs is only named. */
const OPERATION = new Set("operationId deprecated security parameters requestBody responses".split(" "));
const PARAMETER = new Set("name in required schema".split(" "));
const BODY = new Set("required content".split(" "));

/** The differences between an operation of the old document and the same one of the new. */
export function compareOperations(
  before: OpenApiDocument,
  after: OpenApiDocument,
  was: OperationPlace,
  is: OperationPlace,
): readonly Change[] {
  const changes: Change[] = [];
  const schemas = { before, after };
  comparePlaces();
  compareParameters();
  compareBodies();
  compareAnswers();
  compareOthers("operation", "", was.operation, is.operation, OPERATION, is.pointer, ["unclear", "unclear"]);
  return changes;

  function comparePlaces(): void {
    const [old, now] = [`${was.method.toUpperCase()} ${was.path}`, `${is.method.toUpperCase()} ${is.path}`];
    if (old !== now) add("operation", "changed", "", `was ${old}, is ${now}`, is.pointer, "breaking", "breaking");
    if (was.id !== is.id) {
      const detail = `operationId was ${was.id ?? "missing"}, is ${is.id ?? "missing"}`;
      add("operation", "changed", "", detail, is.pointer, "unclear", "unclear");
    }
    if (was.operation.deprecated !== true && is.operation.deprecated === true) {
      add("wording", "changed", "", "is deprecated now", is.pointer, "compatible", "compatible");
    }
    const [securityBefore, securityAfter] = [describeSecurity(before, was), describeSecurity(after, is)];
    for (const way of securityBefore.filter((each) => !securityAfter.includes(each))) {
      add("operation", "changed", "", `no longer takes ${way}`, is.pointer, undefined, "breaking");
    }
    for (const scheme of schemesOf(after, is).filter((each) => schemesOf(before, was).includes(each))) {
      const reference = `#/components/securitySchemes/${escapePointer(scheme)}`;
      if (hasSameShape(lookUp(before, reference) ?? null, lookUp(after, reference) ?? null)) continue;
      add("operation", "changed", "", `takes ${scheme} in another way now`, is.pointer, undefined, "breaking");
    }
    for (const way of securityAfter.filter((each) => !securityBefore.includes(each))) {
      add("operation", "changed", "", `takes ${way} now`, is.pointer, undefined, "compatible");
    }
  }

  function compareParameters(): void {
    const key = (parameter: JsonObject) => `${textOf(parameter.in)} ${textOf(parameter.name)}`;
    const old = new Map(was.parameters.map((parameter) => [key(parameter), parameter]));
    const now = new Map(is.parameters.map((parameter) => [key(parameter), parameter]));
    for (const [at, parameter] of now) {
      const same = old.get(at);
      const pointer = `${is.pointer}/parameters`;
      const isRequired = parameter.required === true;
      if (same === undefined) {
        const detail = isRequired ? "required" : "optional";
        add("parameter", "added", at, detail, pointer, undefined, isRequired ? "breaking" : "compatible");
        continue;
      }
      if (isRequired !== (same.required === true)) {
        const detail = isRequired ? "was optional, is required" : "was required, is optional";
        add("parameter", "changed", at, detail, pointer, undefined, isRequired ? "breaking" : "compatible");
      }
      const place = { at, pointer };
      const sides = { ...schemas, isRead: false, isWritten: true };
      changes.push(...compareSchemas(sides, same.schema ?? {}, parameter.schema ?? {}, place));
      compareOthers("parameter", at, same, parameter, PARAMETER, pointer, [undefined, "unclear"]);
    }
    for (const [at, parameter] of old) {
      if (now.has(at)) continue;
      // Most servers ignore a query parameter that they do not know; none finds a path that has one less.
      const writer = parameter.in === "path" ? "breaking" : "unclear";
      add("parameter", "removed", at, "", `${was.pointer}/parameters`, undefined, writer);
    }
  }

  function compareBodies(): void {
    const [old, now] = [follow(before, was.operation.requestBody), follow(after, is.operation.requestBody)];
    const pointer = `${is.pointer}/requestBody`;
    const isRequired = now?.required === true;
    if (old === undefined && now !== undefined) {
      add(
        "body",
        "added",
        "body",
        isRequired ? "required" : "optional",
        pointer,
        undefined,
        isRequired ? "breaking" : "compatible",
      );
    } else if (old !== undefined && now === undefined) {
      add("body", "removed", "body", "", `${was.pointer}/requestBody`, undefined, "unclear");
    } else if (old !== undefined && now !== undefined) {
      if (isRequired !== (old.required === true)) {
        const detail = isRequired ? "was optional, is required" : "was required, is optional";
        add("body", "changed", "body", detail, pointer, undefined, isRequired ? "breaking" : "compatible");
      }
      compareContents(old, now, "body", pointer, "requests");
    }
  }

  function compareAnswers(): void {
    const old = new Map(entriesOf(was.operation.responses));
    const now = new Map(entriesOf(is.operation.responses));
    for (const [status, response] of now) {
      const pointer = `${is.pointer}/responses/${status}`;
      const same = follow(before, old.get(status));
      const answer = follow(after, response);
      const isSuccess = status.startsWith("2");
      // A program that reads one kind of success may not expect another.
      if (same === undefined)
        add("answer", "added", `answer ${status}`, "", pointer, isSuccess ? "unclear" : "compatible", undefined);
      else if (answer !== undefined) compareContents(same, answer, `answer ${status}`, pointer, "answers");
    }
    for (const status of old.keys()) {
      if (now.has(status)) continue;
      const reader = status.startsWith("2") ? "breaking" : "compatible";
      add("answer", "removed", `answer ${status}`, "", `${was.pointer}/responses/${status}`, reader, undefined);
    }
  }

  function compareContents(
    old: JsonObject,
    now: JsonObject,
    at: string,
    pointer: string,
    side: "answers" | "requests",
  ) {
    const subject = side === "answers" ? "answer" : "body";
    compareOthers(subject, at, old, now, BODY, pointer, onSide(side, "unclear"));
    const [was, is] = [new Map(entriesOf(old.content)), new Map(entriesOf(now.content))];
    const sides = { ...schemas, isRead: side === "answers", isWritten: side === "requests" };
    for (const [type, media] of is) {
      const same = was.get(type);
      const place = { at, pointer: `${pointer}/content/${type.replaceAll("/", "~1")}/schema` };
      if (same === undefined) {
        add(subject, "changed", at, `is ${type} too now`, pointer, ...onSide(side, "compatible"));
      } else if (isObject(same) && isObject(media)) {
        changes.push(...compareSchemas(sides, same.schema ?? {}, media.schema ?? {}, place));
        compareOthers(subject, at, same, media, new Set(["schema"]), pointer, onSide(side, "unclear"));
      }
    }
    for (const type of was.keys()) {
      if (!is.has(type)) add(subject, "changed", at, `is no longer ${type}`, pointer, ...onSide(side, "breaking"));
    }
  }

  function compareOthers(
    subject: Change["subject"],
    at: string,
    old: JsonObject,
    now: JsonObject,
    compared: ReadonlySet<string>,
    pointer: string,
    [reader, writer]: readonly [Verdict | undefined, Verdict | undefined],
  ): void {
    for (const keyword of otherDifferences(old, now, compared)) {
      add(subject, "changed", at, `${keyword} differs`, pointer, reader, writer);
    }
  }

  function add(
    subject: Change["subject"],
    what: Change["what"],
    at: string,
    detail: string,
    pointer: string,
    reader: Verdict | undefined,
    writer: Verdict | undefined,
  ): void {
    changes.push({ subject, what, at, detail, pointer, reader, writer });
  }
}

function onSide(side: "answers" | "requests", verdict: Verdict): [Verdict | undefined, Verdict | undefined] {
  return side === "answers" ? [verdict, undefined] : [undefined, verdict];
}

function follow(document: OpenApiDocument, value: JsonValue | undefined): JsonObject | undefined {
  return isObject(value) ? resolve(document, value, "") : undefined;
}

function schemesOf(document: OpenApiDocument, { operation }: OperationPlace): readonly string[] {
  return [...new Set(securityOf(document, operation).flat())];
}

function describeSecurity(document: OpenApiDocument, { operation }: OperationPlace): readonly string[] {
  const ways = securityOf(document, operation).map((schemes) => schemes.join(" with "));
  return ways.length === 0
    ? ["requests without credentials"]
    : ways.map((way) => way || "requests without credentials");
}
