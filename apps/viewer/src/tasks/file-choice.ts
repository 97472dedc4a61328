/** What Studio takes, by the end of the name. */
export const UPLOAD_TYPES = ["json", "cbor", "csv", "wav", "jpg", "jpeg", "png"] as const;
/** Studio's own limit for a file. */
export const MOST_BYTES = 100_000_000;
/** More than that is a job for Edge Impulse's uploader. */
export const MOST_FILES = 200;

export interface FileChoice {
  readonly accepted: readonly File[];
  readonly rejected: readonly { readonly name: string; readonly reason: string }[];
}

/** Tells files that can be uploaded from those that cannot, and says why. */
export function sortFiles(files: readonly File[]): FileChoice {
  const judged = files.map((file, i) => ({
    file,
    reason: i < MOST_FILES ? reasonAgainst(file) : `more than ${MOST_FILES} files`,
  }));
  return {
    accepted: judged.filter(({ reason }) => reason === undefined).map(({ file }) => file),
    rejected: judged.flatMap(({ file, reason }) => (reason === undefined ? [] : [{ name: file.name, reason }])),
  };
}

function reasonAgainst({ name, size }: File): string | undefined {
  const type = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase();
  if (!UPLOAD_TYPES.some((known) => known === type)) return "not JSON, CBOR, CSV, WAV, JPG or PNG";
  if (size === 0) return "empty";
  return size > MOST_BYTES ? `larger than ${MOST_BYTES / 1e6} MB` : undefined;
}
