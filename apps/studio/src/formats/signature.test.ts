import { encode } from "cbor-x";
import { describe, expect, it } from "vitest";

import { parseDataAcquisition } from "./data-acquisition.ts";
import { documentedJson as json, documentedRecording } from "./documented-recording.ts";
import { isSignedWith, sign } from "./signature.ts";

const KEY = "fed53116f20684c067774ebf9e7bcbdc";

describe("isSignedWith", () => {
  // The example of Edge Impulse's documentation, as JSON.stringify and as Python's json.dumps write it.
  it.each([
    { style: "compact", bytes: json(), digest: "7c3c01c0f6c192a56e49b6578eda7f95dd0ac9ece33f162675fdf183bf0ecb1e" },
    {
      style: "spaced",
      bytes: Buffer.from(
        json()
          .toString()
          .replaceAll(/([:,])(?=[^ :])/g, "$1 ")
          .replace("ac: 87: a3: 0a: 2d: 1b", "ac:87:a3:0a:2d:1b"),
      ),
      digest: "477dcb19d745c9a37ec73cc31612f0330b133a8d6586b58febbdc65b1bde631d",
    },
  ])("accepts the documented signature of the $style JSON, and sign writes it", ({ bytes, digest }) => {
    sign(bytes, KEY);

    const { signature } = parseDataAcquisition(bytes, "json");
    expect(signature).toEqual({ method: "HS256", text: digest });
    expect(isSignedWith(bytes, signature, KEY)).toBe(true);
  });

  it("refuses another key, one changed byte, and a file that says it is unsigned", () => {
    const bytes = json();
    sign(bytes, KEY);
    const { signature } = parseDataAcquisition(bytes, "json");
    const changed = Buffer.from(bytes.toString().replace("-9.81", "-9.82"));
    const unsigned = json((copy) => (copy.protected.alg = "none"));

    expect(isSignedWith(bytes, signature, "another key")).toBe(false);
    expect(isSignedWith(changed, signature, KEY)).toBe(false);
    expect(isSignedWith(unsigned, parseDataAcquisition(unsigned, "json").signature, KEY)).toBe(false);
  });

  it("signs CBOR in the same way", () => {
    const bytes = Buffer.from(encode(documentedRecording));
    sign(bytes, KEY);

    expect(isSignedWith(bytes, parseDataAcquisition(bytes, "cbor").signature, KEY)).toBe(true);
  });
});
