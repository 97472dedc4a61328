/**
 * A local Studio: Edge Impulse's Studio API, ingestion and remote management on your own machine, really classifying.
 */
export { createLocalStudio, type LocalStudioServer, type LocalStudioServerOptions } from "./create-local-studio.ts";
export { StudioInUseError } from "./database.ts";
export { DEMO_DEVICE_ID, runDemoDevices } from "./demo/device.ts";
export { exportImpulse, ImpulseFileError, importImpulse, type StudioAddress } from "./impulse-file.ts";
export { KeyError, readOrCreateKey } from "./key.ts";
export { STUDIO_PORTS } from "./ports.ts";
export { createDataDir, dataDirOf, isDemoOn, keySettingOf, SettingError, studioPortsOf } from "./settings.ts";
export { startStudio, type RunningStudio, type StudioOptions } from "./start.ts";
