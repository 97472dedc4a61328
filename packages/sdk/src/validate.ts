/**
 * Checks answers against the API's document: for tests and for a look at what a new Studio changed.
 *
 * An entry of its own, since a program that only calls the API has no use for the code.
 *
 * @module
 */
export { answerValidators, type AnswerProblem, type AnswerValidator } from "./generated/studio-validators.gen.ts";
