/** Hands a file to the browser's downloads, without any request. */
export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // At once some browsers would find nothing there any more.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Hands a text to the browser's downloads. */
export function saveText(name: string, text: string): void {
  saveFile(new Blob([text], { type: "text/csv;charset=utf-8" }), name);
}
