// The worker of a Studio that runs from its TypeScript sources: in tests and while developing.
import { register } from "tsx/esm/api";

register();
await import("./worker.ts");
