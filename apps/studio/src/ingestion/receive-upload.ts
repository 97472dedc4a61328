/**
 * Brings the body of an upload to disk, piece by piece: memory stays bounded however large a request is.
 *
 * Nobody learns of a file before the whole request is there. A request that fails leaves its folder to be removed.
 */
import { createHash } from "node:crypto";
import { once, setMaxListeners } from "node:events";
import { createWriteStream } from "node:fs";
import type { IncomingMessage } from "node:http";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { Busboy, type BusboyInstance } from "@fastify/busboy";

import { UploadError } from "./upload-error.ts";

const LARGEST_FILE_BYTES = 100 * 1024 * 1024;
export const MOST_FILES = 1_000;
/** What a request may take on disk; a thousand files of 2 MB fit. */
const LARGEST_REQUEST_BYTES = 2 * 1024 ** 3;
/** Beside the recordings themselves. */
const MOST_SIDE_FILES = 10;

export interface UploadLimits {
  readonly fileBytes: number;
  readonly requestBytes: number;
}

export const UPLOAD_LIMITS: UploadLimits = { fileBytes: LARGEST_FILE_BYTES, requestBytes: LARGEST_REQUEST_BYTES };

/** What is needed of a request. */
export type IncomingBody = Pick<IncomingMessage, "headers" | "iterator">;

/** A file of a request, on disk. */
export interface ReceivedFile {
  /** Name of the form's field; empty for a request that is one file. */
  readonly field: string;
  /** Name that the sender gave; may be empty. */
  readonly name: string;
  readonly contentType: string;
  readonly path: string;
  readonly size: number;
  readonly md5: Buffer;
}

/**
 * Receives each file of a form.
 *
 * @throws {UploadError} 400 when it is no form or is cut off, 413 when there is too much of it.
 */
export async function receiveForm(
  incoming: IncomingBody,
  folder: string,
  limits: UploadLimits,
): Promise<ReceivedFile[]> {
  const stop = new AbortController();
  const { signal } = stop;
  // Every file of the request listens.
  setMaxListeners(0, signal);
  const fail = (error: unknown) => stop.abort(error);
  const form = openForm(incoming, limits);
  const files: Promise<ReceivedFile>[] = [];
  form.on("file", (field, stream, name, _encoding, contentType) => {
    stream.once("limit", () => fail(fileTooLarge(limits.fileBytes)));
    const file = { field, name: name ?? "", contentType, path: path.join(folder, String(files.length)) };
    const stored = store(stream, file, signal);
    stored.catch(fail);
    files.push(stored);
  });
  form.once("filesLimit", () => fail(tooManyFiles()));
  form.on("error", (cause) => {
    fail(new UploadError(400, `The form cannot be read: ${cause instanceof Error ? cause.message : ""}`, { cause }));
  });

  try {
    const finished = once(form, "finish", { signal });
    const pumped = pump(incoming, form, limits, signal);
    await Promise.all([finished, pumped]);
    return await Promise.all(files);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    // No write goes on once the request's folder is to be removed.
    stop.abort();
    await Promise.allSettled(files);
  }
}

/**
 * Receives a request whose body is one file.
 *
 * @throws {UploadError} 413 when it is too large.
 */
export async function receiveBody(
  incoming: IncomingBody,
  name: string,
  folder: string,
  limits: UploadLimits,
): Promise<ReceivedFile> {
  const contentType = incoming.headers["content-type"] ?? "";
  const file = { field: "", name, contentType, path: path.join(folder, "body") };
  return store(pieces(incoming, limits.fileBytes, fileTooLarge), file);
}

export function tooManyFiles(): UploadError {
  return new UploadError(413, `A request may have ${MOST_FILES} files. Send the others in further requests.`);
}

function openForm(incoming: IncomingBody, limits: UploadLimits): BusboyInstance {
  const contentType = incoming.headers["content-type"] ?? "";
  if (!/^multipart\/form-data/i.test(contentType)) {
    throw new UploadError(400, "The request has to be multipart/form-data.");
  }
  try {
    return new Busboy({
      headers: { ...incoming.headers, "content-type": contentType },
      limits: {
        fileSize: limits.fileBytes,
        files: MOST_FILES + MOST_SIDE_FILES,
        parts: MOST_FILES + 100,
        fieldSize: 64 * 1024,
        headerPairs: 20,
        headerSize: 8 * 1024,
      },
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UploadError(400, `The request has to be multipart/form-data: ${reason}`, { cause });
  }
}

/** Writes the request into the form until it ends. */
async function pump(
  incoming: IncomingBody,
  form: BusboyInstance,
  limits: UploadLimits,
  signal: AbortSignal,
): Promise<void> {
  for await (const piece of pieces(incoming, limits.requestBytes, requestTooLarge)) {
    signal.throwIfAborted();
    if (!form.write(piece)) await once(form, "drain", { signal });
  }
  form.end();
}

/** The request's body. Stopping early leaves the connection open, for the answer that says why. */
async function* pieces(incoming: IncomingBody, most: number, tooLarge: (most: number) => UploadError) {
  if (Number(incoming.headers["content-length"]) > most) throw tooLarge(most);
  let size = 0;
  try {
    for await (const piece of incoming.iterator({ destroyOnReturn: false })) {
      size += (piece as Buffer).length;
      if (size > most) throw tooLarge(most);
      yield piece as Buffer;
    }
  } catch (cause) {
    throw cause instanceof UploadError
      ? cause
      : new UploadError(400, "The connection ended in the request.", { cause });
  }
}

function fileTooLarge(most: number): UploadError {
  return new UploadError(413, `A file may have ${most} bytes. Split longer recordings.`);
}

function requestTooLarge(most: number): UploadError {
  return new UploadError(413, `A request may have ${most} bytes. Send the files in several requests.`);
}

async function store(
  source: Readable | AsyncIterable<Buffer>,
  file: Omit<ReceivedFile, "size" | "md5">,
  signal?: AbortSignal,
): Promise<ReceivedFile> {
  const md5 = createHash("md5");
  let size = 0;
  await pipeline(
    source,
    async function* (piecesOfFile: AsyncIterable<Buffer>) {
      for await (const piece of piecesOfFile) {
        md5.update(piece);
        size += piece.length;
        yield piece;
      }
    },
    createWriteStream(file.path, { mode: 0o600 }),
    { ...(signal && { signal }) },
  );
  return { ...file, size, md5: md5.digest() };
}
