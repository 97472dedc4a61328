/** For tests: the example of Edge Impulse's documentation of its data acquisition format. */
export const documentedRecording = {
  protected: { ver: "v1", alg: "HS256", iat: 1564128599 },
  signature: "0".repeat(64),
  payload: {
    device_name: "ac:87:a3:0a:2d:1b",
    device_type: "DISCO-L475VG-IOT01A",
    interval_ms: 10,
    sensors: [
      { name: "accX", units: "m/s2" },
      { name: "accY", units: "m/s2" },
      { name: "accZ", units: "m/s2" },
    ],
    values: [
      [-9.81, 0.03, 1.21],
      [-9.83, 0.04, 1.27],
      [-9.12, 0.03, 1.23],
      [-9.14, 0.01, 1.25],
    ],
  },
};

/** The same as compact JSON, changed as a test needs it. */
export function documentedJson(change: (copy: typeof documentedRecording) => void = () => undefined): Buffer {
  const copy = structuredClone(documentedRecording);
  change(copy);
  return Buffer.from(JSON.stringify(copy));
}
