/**
 * Checks requests against the API's document: for a server that takes what Studio takes.
 *
 * An entry of its own, since a program that calls the API has no use for the code.
 *
 * @module
 */
export {
  requestValidators,
  type RequestProblem,
  type RequestValidator,
  type SaidRequest,
} from "./generated/studio-requests.gen.ts";
