import { describeRunLog } from "./contract.ts";
import { createMemoryRunLog } from "./memory.ts";

describeRunLog("createMemoryRunLog", async () => createMemoryRunLog());
