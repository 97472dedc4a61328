import type { OperationId } from "@windowscope/sdk/api-types";
import { requestValidators, type RequestProblem, type SaidRequest } from "@windowscope/sdk/validate-requests";

import { RefusedError } from "./handlers.ts";

/** What a validator says when no alternative fits, beside what each of them wants. */
const NO_ALTERNATIVE = "must match a schema in anyOf";

/**
 * Makes sure that a request is as the API document says. Unknown fields pass.
 *
 * @throws {RefusedError} naming the field and what it has to be.
 */
export function checkRequest(id: OperationId, request: SaidRequest): void {
  const problems = requestValidators[id](request);
  if (problems.length === 0) return;
  const told = problems.filter(({ what }) => what !== NO_ALTERNATIVE).map(describe);
  throw new RefusedError(`${told.join(", or ")}.`);
}

function describe({ at, what }: RequestProblem): string {
  const [, place, ...names] = at.split("/").map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
  if (names.length > 0) return `"${names.join(".")}" ${what}`;
  return `The ${place ?? "request"} ${what}`;
}
