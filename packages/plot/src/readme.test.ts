import { readFileSync } from "node:fs";

import { afterEach, describe, expect, it, vi } from "vitest";

import * as plotPackage from "./index.ts";
import type { PixelImage, Plot } from "./index.ts";
import { hashOf } from "./testing/text-art.ts";

/** The blocks of code in the README, as a function's body with its imports as parameters. */
const blocks = [...readFileSync(new URL("../README.md", import.meta.url), "utf8").matchAll(/```js\n(.*?)```/gs)].map(
  ([, code]) => {
    const [statement = "", names = ""] = /^import \{(.*)\} from "@windowscope\/plot";/m.exec(code ?? "") ?? [];
    return { names: names.split(",").map((name) => name.trim()), body: code?.replace(statement, "") ?? "" };
  },
);

/** Runs a block where the page's names are what they are given as. */
function run(
  { names, body }: { names: readonly string[]; body: string },
  page: Readonly<Record<string, unknown>>,
  wanted: string,
) {
  const imports = names.map((name) => plotPackage[name as keyof typeof plotPackage]);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- The README's own code is what is tested.
  const block = new Function(...names, ...Object.keys(page), `${body}\nreturn ${wanted};`) as (
    ...given: unknown[]
  ) => unknown;
  return block(...imports, ...Object.values(page));
}

afterEach(() => vi.unstubAllGlobals());

describe("the README", () => {
  it("opens a live lane in 20 lines that draws what arrives, and moves, grows and shows a span", async () => {
    const pictures: { bytes: Uint8ClampedArray; width: number }[] = [];
    vi.stubGlobal(
      "ImageData",
      class {
        constructor(bytes: Uint8ClampedArray, width: number) {
          Object.assign(this, { bytes, width });
        }
      },
    );
    const context = {
      putImageData: ({ bytes, width }: { bytes: Uint8ClampedArray; width: number }) =>
        pictures.push({ bytes: bytes.slice(), width }),
    };
    const canvas = { clientWidth: 60, clientHeight: 40, width: 0, height: 0, getContext: () => context };
    let onresize = () => {};
    const page = {
      document: { querySelector: () => canvas },
      ResizeObserver: class {
        constructor(resized: () => void) {
          onresize = resized;
        }
        observe() {}
      },
      WebSocket: class {},
    };
    const [block] = blocks as [(typeof blocks)[0]];
    expect(
      block.body
        .trim()
        .split("\n")
        .filter((line) => line && !line.startsWith("//")).length,
    ).toBeLessThanOrEqual(20);

    const { plot, socket } = run(block, page, "{ plot, socket }") as {
      plot: Plot;
      socket: { onmessage(event: { data: ArrayBuffer }): void };
    };
    const { onpointerdown, ondblclick } = canvas as unknown as Record<"onpointerdown" | "ondblclick", () => void>;
    const inked = () => pictures.at(-1)?.bytes.some((byte) => byte < 100);

    await plot.drawn();
    expect(inked()).toBe(false);
    socket.onmessage({ data: Float32Array.from({ length: 300 }, (_, i) => i % 7).buffer });
    await plot.drawn();
    expect(inked()).toBe(true);

    canvas.clientWidth = 90;
    onresize();
    onpointerdown();
    await plot.drawn();
    expect(pictures.at(-1)?.width).toBe(90);
    expect(inked()).toBe(true);
    ondblclick();
    await plot.drawn();
    plot.close();
  });

  it("draws a lane of one's own, in Node too", () => {
    const [, block] = blocks as [(typeof blocks)[0], (typeof blocks)[0]];

    const image = run(block, {}, "image") as PixelImage;

    expect(hashOf(image)).toBe("db5cfaadd75a4cef");
  });
});
