/** The request cannot be taken. `status` and message are what the sender gets. */
export class UploadError extends Error {
  override readonly name = "UploadError";
  readonly status: 400 | 401 | 413 | 421;

  constructor(status: UploadError["status"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
