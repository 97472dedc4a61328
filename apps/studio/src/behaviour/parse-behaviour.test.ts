import { describe, expect, it } from "vitest";

import { NORMAL } from "./behaviour.ts";
import { BehaviourError, parseBehaviour } from "./parse-behaviour.ts";

describe("parseBehaviour", () => {
  it("takes what is not said for normal", () => {
    expect(parseBehaviour({})).toEqual(NORMAL);
    expect(parseBehaviour({ jobs: "stuck" })).toEqual({ ...NORMAL, jobs: "stuck" });
  });

  it("takes every field", () => {
    const behaviour = {
      answers: "oldest",
      classify: { atOnceUpToBytes: 4096 },
      jobs: "fail",
      jobDelayMs: 1,
      resultDelayMs: 2,
      lateTestSet: "empty",
      socket: { dropAfterMs: 3, dropAtLine: 4, isSilent: true, tokenLifetimeMs: 5, refusesTokens: true },
      http: [
        { operations: ["classifySampleV2", "ingestion"], times: 1, status: 502, answersHtml: true },
        { share: 0.5, status: 429, retryAfterSeconds: 1, delayMs: 6 },
        { cutsConnection: true },
      ],
    };

    expect(parseBehaviour(behaviour)).toEqual(behaviour);
  });

  it.each([
    { value: [], says: "The behaviour has to be an object, and is []." },
    { value: { http: {} }, says: '"http" has to be a list of at most 100, and is {}.' },
    { value: { jobs: "odd" }, says: '"jobs" has to be "normal" or "stuck" or "fail", and is "odd".' },
    {
      value: { jobDelayMs: -1 },
      says: '"jobDelayMs" has to be a whole number from 0 to 3600000, and is -1.',
    },
    { value: { socket: { isSilent: 1 } }, says: '"socket.isSilent" has to be true or false, and is 1.' },
    {
      value: { socket: { drop: 1 } },
      says: 'There is no "socket.drop"; there are dropAfterMs, dropAtLine, isSilent, tokenLifetimeMs, refusesTokens.',
    },
    {
      value: { classify: "later" },
      says: '"classify" has to be "job", "at-once" or an object with atOnceUpToBytes, and is "later".',
    },
    { value: { classify: {} }, says: '"classify.atOnceUpToBytes" has to be there, and is missing.' },
    {
      value: { http: [{ status: 500 }, { status: 200 }] },
      says: '"http.1.status" has to be a whole number from 400 to 599, and is 200.',
    },
    {
      value: { http: [{ operations: ["classify"], status: 500 }] },
      says: '"http.0.operations.0" has to be the operationId of an operation of the API, or ingestion, and is "classify".',
    },
    {
      value: { http: [{ share: 2, status: 500 }] },
      says: '"http.0.share" has to be a number from 0 to 1, and is 2.',
    },
    { value: { http: [{ times: 1 }] }, says: '"http.0" has to have a status, a delayMs or cutsConnection.' },
    {
      value: { http: [{ times: 1, share: 1, status: 500 }] },
      says: '"http.0" has to have times or share, not both.',
    },
    {
      value: { http: [{ cutsConnection: true, status: 500 }] },
      says: '"http.0" has to have cutsConnection or a status, not both.',
    },
    {
      value: { http: [{ delayMs: 1, answersHtml: true }] },
      says: '"http.0" has to have a status for answersHtml and retryAfterSeconds.',
    },
  ])("refuses $value, and names the field", ({ value, says }) => {
    expect(() => parseBehaviour(value)).toThrow(new BehaviourError(says));
  });
});
