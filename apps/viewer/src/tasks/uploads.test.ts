import { beforeEach, describe, expect, it, vi } from "vitest";

import { RefusedError } from "../api.ts";
import { run } from "../page/test-snapshot.ts";
import { MOST_BYTES, sortFiles } from "./file-choice.ts";
import { createTestPage, type TestPage } from "./test-page.ts";
import { Uploads, uploadsOf } from "./uploads.svelte.ts";
import type { TasksApi } from "./tasks-api.ts";

const file = (name: string, text = "x") => new File([text], name);

let test: TestPage;
let uploads: Uploads;
let uploadSample: ReturnType<typeof vi.fn<TasksApi["uploadSample"]>>;

beforeEach(() => {
  test = createTestPage();
  uploadSample = vi.fn<TasksApi["uploadSample"]>().mockImplementation((_, { name }) => Promise.resolve(`run-${name}`));
  uploads = new Uploads(test.page, { uploadSample });
});

describe("sortFiles", () => {
  it("takes what Studio takes, whatever the case of its name", () => {
    const names = ["a.json", "b.CBOR", "c.csv", "d.wav", "e.jpg", "f.JPEG", "g.png"];
    expect(sortFiles(names.map((name) => file(name))).accepted).toHaveLength(7);
  });

  it("says of each other file why not", () => {
    const large = Object.defineProperty(file("d.wav"), "size", { value: MOST_BYTES + 1 });

    expect(sortFiles([file("a.txt"), file("b"), file("c.json", ""), large]).rejected).toEqual([
      { name: "a.txt", reason: "not JSON, CBOR, CSV, WAV, JPG or PNG" },
      { name: "b", reason: "not JSON, CBOR, CSV, WAV, JPG or PNG" },
      { name: "c.json", reason: "empty" },
      { name: "d.wav", reason: "larger than 100 MB" },
    ]);
  });

  it("takes no more files than anybody chooses by hand", () => {
    const { accepted, rejected } = sortFiles(Array.from({ length: 201 }, (_, i) => file(`${i}.csv`)));
    expect([accepted.length, rejected]).toEqual([200, [{ name: "200.csv", reason: "more than 200 files" }]]);
  });
});

describe("Uploads", () => {
  it("sends one file after another, with the label and category that were asked once", async () => {
    let sending = 0;
    uploadSample.mockImplementation(async (_, { name }, __, onProgress) => {
      expect(++sending).toBe(1);
      onProgress(0.5);
      await Promise.resolve();
      sending--;
      return `run-${name}`;
    });
    uploads.add(sortFiles([file("a.csv"), file("b.csv")]));

    await uploads.send(1, { label: "wave", category: "testing" });

    expect(uploads.uploads.map(({ state, runId }) => [state, runId])).toEqual([
      ["sent", "run-a.csv"],
      ["sent", "run-b.csv"],
    ]);
    expect(uploadSample.mock.calls.map(([, , wanted]) => wanted)).toEqual(
      Array(2).fill({ label: "wave", category: "testing" }),
    );
  });

  it("goes on after a file that is refused, which can be tried again", async () => {
    uploadSample.mockRejectedValueOnce(new RefusedError("Could not parse this CSV file.", 400));
    uploads.add(sortFiles([file("a.csv"), file("b.csv")]));

    await uploads.send(1, { category: "testing" });
    expect(uploads.uploads.map(({ state, failure }) => [state, failure])).toEqual([
      ["failed", "Could not parse this CSV file."],
      ["sent", undefined],
    ]);

    uploads.retry();
    await uploads.send(1, { category: "testing" });
    expect(uploads.uploads.map(({ state }) => state)).toEqual(["sent", "sent"]);
    expect(uploadSample).toHaveBeenCalledTimes(3);
  });

  it("stops at once: what is on its way is cancelled, the rest stays in the queue", async () => {
    uploadSample.mockImplementation(
      (_, __, ___, ____, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => reject(new RefusedError("Cancelled."))),
        ),
    );
    uploads.add(sortFiles([file("a.csv"), file("b.csv")]));
    const sent = uploads.send(1, { category: "testing" });

    uploads.cancel();
    await sent;

    expect(uploads.uploads.map(({ state }) => state)).toEqual(["cancelled", "queued"]);
    expect(uploads.isSending).toBe(false);
  });

  it("takes more files while it sends", async () => {
    uploadSample.mockImplementationOnce((_, { name }) => {
      uploads.add(sortFiles([file("late.csv"), file("late.txt")]));
      return Promise.resolve(`run-${name}`);
    });
    uploads.add(sortFiles([file("a.csv")]));

    await uploads.send(1, { category: "testing" });

    expect(uploads.uploads.map(({ state }) => state)).toEqual(["sent", "sent"]);
    expect(uploads.rejected).toHaveLength(1);
  });

  it("tells how the run of a file stands, and shows it", async () => {
    uploadSample.mockResolvedValue("run-1");
    uploads.add(sortFiles([file("a.csv")]));
    await uploads.send(1, { category: "testing" });
    const upload = uploads.uploads[0]!;
    expect(uploads.standingOf(upload)).toBe("uploaded, waiting to be classified");

    await test.tell({ runs: [run] });
    expect(uploads.standingOf(upload)).toBe("101 windows");

    uploads.show(upload);
    expect(test.page.source).toMatchObject({ runId: "run-1" });
  });

  it("says why a file has no windows, in the server's words where it has some", async () => {
    uploadSample.mockResolvedValue("run-1");
    uploads.add(sortFiles([file("a.csv")]));
    await uploads.send(1, { category: "testing" });
    const upload = uploads.uploads[0]!;

    await test.tell({ runs: [{ ...run, windows: 0, warning: "No window fits into the sample." }] });
    expect(uploads.standingOf(upload)).toBe("0 windows. No window fits into the sample.");
    await test.tell({ runs: [{ ...run, windows: 0 }] });
    expect(uploads.standingOf(upload)).toBe("0 windows. It is shorter than a window.");
    await test.tell({ runs: [{ ...run, windows: 1 }] });
    expect(uploads.standingOf(upload)).toBe("1 window");
  });

  it("forgets what is through, but nothing that failed or waits", async () => {
    uploadSample.mockRejectedValueOnce(new RefusedError("No."));
    uploads.add(sortFiles([file("a.csv"), file("b.csv"), file("c.txt")]));
    await uploads.send(1, { category: "testing" });

    uploads.forgetSent();

    expect(uploads.uploads.map(({ file: { name } }) => name)).toEqual(["a.csv"]);
    expect(uploads.rejected).toEqual([]);
  });

  it("are the same for a page whenever their panel is opened", () => {
    expect(uploadsOf(test.page, { uploadSample })).toBe(uploadsOf(test.page, { uploadSample }));
    expect(uploadsOf(createTestPage().page, { uploadSample })).not.toBe(uploadsOf(test.page, { uploadSample }));
  });

  it("counts what waits", () => {
    uploads.add(sortFiles([file("a.csv", "abc"), file("b.csv", "de")]));
    uploads.remove(0);

    expect([uploads.waiting, uploads.waitingBytes]).toEqual([1, 2]);
  });
});
