import { expect, it } from "vitest";

import { classesCsv, matrixCsv, sweepCsv } from "./summary-csv.ts";

it("writes one class a line, and nothing for a ratio of nothing", () => {
  const perClass = [
    { label: "idle", expected: 4, predicted: 3, precision: 1, recall: 0.75, f1: 0.857 },
    { label: "wave", expected: 0, predicted: 0 },
  ];

  expect(classesCsv({ perClass })).toBe(
    "label,expected,predicted,precision,recall,f1\r\nidle,4,3,1,0.75,0.857\r\nwave,0,0,,,\r\n",
  );
});

it("writes one threshold a line, with two decimals however it was summed up", () => {
  const sweep = [{ minimumConfidence: 0.15000000000000002, matching: 5, uncertain: 1, comparable: 9 }];

  expect(sweepCsv({ sweep })).toBe("minimum_confidence,comparable,matching,uncertain\r\n0.15,9,5,1\r\n");
});

it("quotes labels that would break a line, and takes the start of a formula from them", () => {
  const matrix = {
    expected: ['a "b", c', "=1+1"],
    predicted: ["x,y", "-z"],
    counts: [
      [1, 2],
      [3, 4],
    ],
  };

  expect(matrixCsv({ matrix })).toBe(`expected,"x,y",'-z\r\n"a ""b"", c",1,2\r\n'=1+1,3,4\r\n`);
});
