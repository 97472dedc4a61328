import { expect, it } from "vitest";

import { FakeScope } from "./fake-scope.ts";
import { portPair } from "./port-pair.ts";
import type { ScopeRequest, ScopeUpdate } from "./scope-port.ts";

it("keeps what was said before anybody listened, in order", async () => {
  const [page, scope] = portPair<ScopeRequest, ScopeUpdate>();
  const heard: ScopeUpdate[] = [];
  scope.postMessage({ type: "wantsTicket", id: 1 });
  scope.postMessage({ type: "wantsTicket", id: 2 });
  page.onmessage = ({ data }) => heard.push(data);
  scope.postMessage({ type: "wantsTicket", id: 3 });
  await Promise.resolve();
  await Promise.resolve();

  expect(heard).toEqual([1, 2, 3].map((id) => ({ type: "wantsTicket", id })));
});

it("answers with what the test has set, and refuses what it has not", async () => {
  const scope = new FakeScope();
  const heard: ScopeUpdate[] = [];
  scope.port.onmessage = ({ data }) => heard.push(data);
  scope.answer("row", ({ index }) => index + 1);
  scope.port.postMessage({ type: "ask", id: 1, question: "row", ask: { runId: "run-1", index: 4 } });
  scope.port.postMessage({ type: "ask", id: 2, question: "summary", ask: {} });
  scope.push({ type: "labels", places: [] });
  await scope.settle();

  expect(heard).toContainEqual({ type: "answer", id: 1, answer: 5 });
  expect(heard).toContainEqual({ type: "refusal", id: 2, message: 'The fake scope has no answer to "summary".' });
  expect(heard).toContainEqual({ type: "labels", places: [] });
  expect(scope.last("ask")?.question).toBe("summary");
});
