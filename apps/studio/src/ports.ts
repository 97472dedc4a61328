/** The ports on which Edge Impulse's own tools look for a Studio at `EI_HOST=localhost`. */
export const STUDIO_PORTS = { studio: 4800, devices: 4802, ingestion: 4810 } as const;
