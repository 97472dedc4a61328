/** Sends three axes to an Edge Impulse project. What this example tests. @returns The number of the sample. */
export async function uploadRecording({ ingestionUrl, apiKey }, name, values) {
  const recording = {
    protected: { ver: "v1", alg: "none" },
    signature: "00",
    payload: {
      device_type: "EXAMPLE",
      interval_ms: 16,
      sensors: ["accX", "accY", "accZ"].map((axis) => ({ name: axis, units: "m/s2" })),
      values,
    },
  };
  const form = new FormData();
  form.append("data", new Blob([JSON.stringify(recording)]), `${name}.json`);
  const response = await fetch(`${ingestionUrl}/api/training/files`, {
    method: "POST",
    headers: { "x-api-key": apiKey },
    body: form,
  });
  if (!response.ok) throw new Error(`${name} was refused with ${response.status}: ${await response.text()}`);
  const { files } = await response.json();
  return files[0].sampleId;
}
