import { once } from "node:events";

import { describe, expect, it } from "vitest";

import { Jobs, type Job, type JobFilter, type RunTask, type Task } from "./jobs.ts";
import { Projects } from "./projects.ts";
import { openTestStore } from "./test-studio.ts";

const task: Task = { kind: "classify-sample", sampleId: 1, impulseId: 1, variant: "int8" };

/** Jobs in a new database with one project, and what they said. */
function createJobs(run: RunTask, database = openTestStore().database) {
  const { id: projectId } = new Projects(database).get(1) ?? new Projects(database).create("p", "");
  const jobs = new Jobs(database, run);
  const lines: string[] = [];
  jobs.on("line", (_job, text) => lines.push(text));
  return { database, jobs, lines, projectId };
}

/** Work that ends when the test says so. */
function controlledWork() {
  let finish: (() => void) | undefined;
  let run: RunTask | undefined;
  const started = new Promise<void>((resolve) => {
    run = () =>
      new Promise((done) => {
        finish = done;
        resolve();
      });
  });
  return { run: run as RunTask, started, finish: () => finish?.() };
}

describe("Jobs", () => {
  it("answers the same job to everybody who asks for the same work while it is under way", async () => {
    const work = controlledWork();
    const { jobs, projectId } = createJobs(work.run);

    const first = jobs.start(projectId, task);
    const second = jobs.start(projectId, task);
    const other = jobs.start(projectId, { ...task, variant: "float32" });

    expect(second.id).toBe(first.id);
    expect(other.id).not.toBe(first.id);
    await work.started;
    work.finish();
    await once(jobs, "finished");
    expect(jobs.start(projectId, task).id).not.toBe(first.id);
  });

  it("does one after another, and says what happens", async () => {
    const order: number[] = [];
    const { jobs, lines, projectId } = createJobs(async (job, log) => {
      order.push(job.id);
      log(`working on ${job.id}`);
    });

    const first = jobs.start(projectId, task);
    const second = jobs.start(projectId, { ...task, sampleId: 2 });
    while (order.length < 2) await once(jobs, "finished");

    expect(order).toEqual([first.id, second.id]);
    expect(lines).toEqual([
      "Creating job... OK (ID: 1)",
      "Creating job... OK (ID: 2)",
      "Job started",
      "working on 1",
      "Job completed",
      "Job started",
      "working on 2",
      "Job completed",
    ]);
    expect(jobs.linesSince(first.id, 0).map(({ text }) => text)).toEqual([
      "Creating job... OK (ID: 1)",
      "Job started",
      "working on 1",
      "Job completed",
    ]);
  });

  it("fails a job whose work throws, says why, and goes on with the next", async () => {
    const { jobs, lines, projectId } = createJobs(async (job) => {
      if (job.id === 1) throw new Error("no such sample");
    });
    jobs.start(projectId, task);
    jobs.start(projectId, { ...task, sampleId: 2 });

    const [failed] = (await once(jobs, "finished")) as [Job];
    const [succeeded] = (await once(jobs, "finished")) as [Job];

    expect(failed).toMatchObject({ id: 1, isSuccessful: false });
    expect(succeeded).toMatchObject({ id: 2, isSuccessful: true });
    expect(lines).toContain("no such sample");
    expect(lines).toContain("Job failed (see above)");
  });

  it("does a job that was under way when the process ended again", async () => {
    const { database, jobs, projectId } = createJobs(() => new Promise(() => undefined));
    const { id } = jobs.start(projectId, task);

    const after = createJobs(async () => undefined, database);
    const [finished] = (await once(after.jobs, "finished")) as [Job];

    expect(finished).toMatchObject({ id, isSuccessful: true });
  });

  it("cancels a job that works: at once, and nothing is heard of it afterwards", async () => {
    const work = controlledWork();
    let signal: AbortSignal | undefined;
    const { jobs, lines, projectId } = createJobs((job, log, stop) => {
      signal = stop;
      return work.run(job, log, stop).then(() => log("too late"));
    });
    const finished: Job[] = [];
    jobs.on("finished", (job) => finished.push(job));
    const job = jobs.start(projectId, task);
    await work.started;

    jobs.cancel(job);

    expect(signal?.aborted).toBe(true);
    expect(finished).toMatchObject([{ id: job.id, isSuccessful: false }]);
    work.finish();
    await jobs.close();
    expect(lines.at(-1)).toBe("Job cancelled");
    expect(finished).toHaveLength(1);
  });

  it("cancels a job that waits, and goes on with the next", async () => {
    const work = controlledWork();
    const done: number[] = [];
    const { jobs, projectId } = createJobs((job, log, signal) => {
      done.push(job.id);
      return job.id === 1 ? work.run(job, log, signal) : Promise.resolve();
    });
    jobs.start(projectId, task);
    const second = jobs.start(projectId, { ...task, sampleId: 2 });
    const third = jobs.start(projectId, { ...task, sampleId: 3 });
    await work.started;

    jobs.cancel(second);
    jobs.cancel(second);
    work.finish();
    while (jobs.get(projectId, third.id)?.isSuccessful === undefined) await once(jobs, "finished");

    expect(done).toEqual([1, third.id]);
    expect(jobs.get(projectId, second.id)).toMatchObject({ isSuccessful: false, started: undefined });
  });

  it("lists jobs by state, key and time, the newest first", async () => {
    const { jobs, projectId } = createJobs(async (job) => {
      if (job.id === 2) throw new Error("no");
    });
    for (const sampleId of [1, 2, 3]) jobs.start(projectId, { ...task, sampleId });
    while (jobs.count(projectId, { isFinished: false }) > 0) await once(jobs, "finished");
    const list = (filter: JobFilter) => jobs.list(projectId, filter, { limit: 10, offset: 0 }).map(({ id }) => id);

    expect(list({ isFinished: true })).toEqual([3, 2, 1]);
    expect(list({ isSuccessful: false })).toEqual([2]);
    expect(list({ key: "classify-sample-3-1-int8" })).toEqual([3]);
    expect(list({ kind: "classify-test-set" })).toEqual([]);
    expect(list({ from: "9999-01-01T00:00:00.000Z" })).toEqual([]);
    expect(list({ until: "9999-01-01T00:00:00.000Z" })).toHaveLength(3);
    expect(jobs.list(projectId, {}, { limit: 1, offset: 1 })).toMatchObject([{ id: 2 }]);
  });

  it("shows a job only to its own project", () => {
    const { jobs, projectId } = createJobs(async () => undefined);
    const { id } = jobs.start(projectId, task);

    expect(jobs.get(projectId, id)?.isSuccessful).toBeUndefined();
    expect(jobs.get(projectId + 1, id)).toBeUndefined();
  });
});
