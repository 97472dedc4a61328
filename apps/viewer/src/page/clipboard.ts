/**
 * Puts a text on the clipboard.
 *
 * @throws {Error} when the browser does not let this page.
 */
export async function copyText(text: string): Promise<void> {
  // The clipboard is there only over HTTPS and on localhost; a viewer on another machine of the house has plain HTTP.
  if (window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.setAttribute("aria-hidden", "true");
  field.style.position = "fixed";
  field.style.opacity = "0";
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  if (!isCopied) throw new Error("The browser does not let this page use the clipboard.");
}
