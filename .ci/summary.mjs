// The end of `.ci/run`: what vitest's JSON report says, of which only the last line is counted by machines.
import { readFileSync } from "node:fs";

const [, , file] = process.argv;
const report = JSON.parse(readFileSync(file, "utf8"));

// The default reporter says nothing of a test that failed and then passed. It wants to be mended all the same.
for (const { name, assertionResults } of report.testResults) {
  for (const { status, fullName, failureMessages } of assertionResults) {
    if (status !== "passed" || failureMessages.length === 0) continue;
    console.log(`Passed at a second try only: ${name} > ${fullName}\n  ${failureMessages[0].split("\n", 1)[0]}`);
  }
}
if (report.numPendingTests > 0) console.log(`${report.numPendingTests} skipped; the lines above say why`);
// A file that cannot even be loaded has no tests to count, and must not go unnoticed.
const failed = Math.max(report.numFailedTests, Math.min(1, report.numFailedTestSuites));
console.log(`Tests: ${report.numPassedTests} passed, ${failed} failed`);
