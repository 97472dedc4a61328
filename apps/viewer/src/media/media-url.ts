/** Addresses of a sample's picture and sound. */
export function mediaUrl(projectId: number, sampleId: number, what: "image" | "audio", axis?: string): string {
  const query = axis === undefined ? "" : `?axis=${encodeURIComponent(axis)}`;
  return `/api/v1/projects/${projectId}/samples/${sampleId}/${what}${query}`;
}
