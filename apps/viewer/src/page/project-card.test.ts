import { beforeEach, describe, expect, it } from "vitest";

import type { ProjectFacts } from "../api.ts";
import { page, scope } from "./fresh-page.ts";
import { ProjectCard, type ProjectApi } from "./project-card.svelte.ts";
import { run, snapshot } from "./test-snapshot.ts";

type Answer = (facts: ProjectFacts | undefined) => void;

let card: ProjectCard;
/** Of the questions for facts, in their order. */
let asked: { readonly projectId: number; readonly answer: Answer }[];
let projectIds: number[];

beforeEach(() => {
  asked = [];
  projectIds = [];
  const api: ProjectApi = {
    readProjects: () => Promise.resolve(projectIds.map((projectId) => ({ projectId }))),
    readProjectFacts: (projectId) => new Promise((answer) => asked.push({ projectId, answer })),
    startRun: () => Promise.reject(new Error("not needed")),
  };
  card = new ProjectCard(api);
});

function facts(name: string, variants: readonly string[] = []): ProjectFacts {
  return { name, impulse: { name: "Impulse 1", variants } } as unknown as ProjectFacts;
}

/** A run of this project is looked at. */
async function lookAt(projectId: number): Promise<void> {
  const runId = `run-of-${projectId}`;
  page.showRun(runId);
  const placed = [{ run: { ...run, runId, projectId }, startMs: 0, endMs: 10_000 }];
  scope.push({ type: "snapshot", snapshot: snapshot({ source: { kind: "run", runId }, placed }) });
  await scope.settle();
}

describe("ProjectCard", () => {
  it("reads the project of the run on the screen, and offers its variants", async () => {
    await lookAt(1);
    const reading = card.read(page);
    asked[0]?.answer(facts("Gestures", ["int8", "float32"]));
    await reading;

    expect(asked.map(({ projectId }) => projectId)).toEqual([1]);
    expect(card).toMatchObject({ name: "Gestures", impulse: { name: "Impulse 1" } });
    expect(page.variants.offered).toEqual(["int8", "float32"]);
  });

  it("reads the server's first project while there is no run, and none where there is none", async () => {
    await card.read(page);
    expect(asked).toEqual([]);

    projectIds = [4, 5];
    const reading = card.read(page);
    await scope.settle();
    asked[0]?.answer(facts("Sounds"));
    await reading;

    expect(asked.map(({ projectId }) => projectId)).toEqual([4]);
    expect(card.name).toBe("Sounds");
  });

  it("keeps what it knows while the server cannot say, but not of another project", async () => {
    await lookAt(1);
    const first = card.read(page);
    asked[0]?.answer(facts("Gestures", ["int8"]));
    await first;
    const again = card.read(page);
    asked[1]?.answer(undefined);
    await again;
    expect(card.name).toBe("Gestures");

    await lookAt(2);
    const other = card.read(page);
    asked[2]?.answer(undefined);
    await other;
    expect(card.name).toBeUndefined();
    expect(page.variants.offered).toEqual([]);
  });

  it("takes the answer about the project that was asked for last, however they come", async () => {
    await lookAt(1);
    const early = card.read(page);
    await lookAt(2);
    const late = card.read(page);
    asked[1]?.answer(facts("Sounds"));
    asked[0]?.answer(facts("Gestures"));
    await Promise.all([early, late]);

    expect(card.name).toBe("Sounds");
  });

  it("shows no project that is not looked at any more, though the newer question fails first", async () => {
    await lookAt(1);
    const early = card.read(page);
    await lookAt(2);
    const late = card.read(page);
    asked[1]?.answer(undefined);
    await late;
    asked[0]?.answer(facts("Gestures"));
    await early;

    expect(card.name).toBeUndefined();
  });

  it("takes a late answer where the newer question about the same project has failed", async () => {
    await lookAt(1);
    const early = card.read(page);
    const late = card.read(page);
    asked[1]?.answer(undefined);
    await late;
    asked[0]?.answer(facts("Gestures"));
    await early;

    expect(card.name).toBe("Gestures");
  });
});
