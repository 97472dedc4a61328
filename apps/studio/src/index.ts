/**
 * A local Studio: Edge Impulse's Studio API, ingestion and remote management on your own machine, really classifying.
 */
export { StudioInUseError } from "./database.ts";
export { runDemoDevice, type DemoDeviceOptions } from "./demo/device.ts";
export { ImportError, importImpulse } from "./import-impulse.ts";
export { KeyError, readOrCreateKey } from "./key.ts";
export { startStudio, STUDIO_PORTS, type RunningStudio, type StudioOptions } from "./start.ts";
