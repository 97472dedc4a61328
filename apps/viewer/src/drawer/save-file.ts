/** Hands a text to the browser as a file to save. */
export function saveText(name: string, text: string, type = "text/csv"): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // At once some browsers would find nothing there any more.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
