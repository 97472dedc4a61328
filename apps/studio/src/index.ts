/**
 * A local Studio: Edge Impulse's Studio API, ingestion and remote management on your own machine, really classifying.
 */
export { StudioInUseError } from "./database.ts";
export { runDemoDevice, type DemoDeviceOptions } from "./demo/device.ts";
export { exportImpulse, ImpulseFileError, importImpulse, type StudioAddress } from "./impulse-file.ts";
export { KeyError, readOrCreateKey } from "./key.ts";
export { startStudio, STUDIO_PORTS, type RunningStudio, type StudioOptions } from "./start.ts";
