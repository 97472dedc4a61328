#!/usr/bin/env node
// A file that is there before the first build, so that the package manager can link it; and that any Node can read.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`Windowscope needs Node 20.19 or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}
await import("./dist/main.js");
