/**
 * The body of a request as the content of a file: small ones are taken into memory, larger ones pass through once.
 *
 * Invariant: whatever becomes of the upload, {@link Body.drain} reads past what is left, because an answer that is given before the body has
 * come is lost on its way.
 */
import { checkSize } from "./limits.js";
import { Refusal } from "./refusal.js";
import { ByteReader, Stalled } from "../source/byte-reader.js";
import { Once, OnceBlob, type Trouble } from "../source/once.js";
import { BUFFERED_BYTES } from "../source/stream.js";

/** What is known of a body before it is read. */
export interface Announced {
  /** In bytes; none of a body that comes in chunks. */
  readonly size: number | undefined;
  /** Lower-case hex, if the client says it. */
  readonly sha256: string | undefined;
}

/** How a body is read. */
export interface Intake {
  readonly maxSize: number;
  /** Milliseconds in which some of it must come. */
  readonly stallMs: number;
}

/** A body on its way. */
export interface Body {
  readonly content: Blob;
  /** What was wrong with it, once something was. */
  trouble(): Trouble | undefined;
  /** Reads past what is left, up to so many bytes. Never rejects. */
  drain(mostBytes: number): Promise<void>;
}

/** What the headers say. Errors: {@link Refusal}. */
export function announced({ headers }: Request): Announced {
  const encoding = (headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  if (encoding !== "identity") {
    throw new Refusal("unsupported_type", "Send the file as it is, without a Content-Encoding");
  }
  const length = headers.get("content-length");
  if (length !== null && !/^\d{1,15}$/.test(length)) {
    throw new Refusal("invalid_request", "Content-Length must be a number of bytes");
  }
  const sha256 = headers.get("x-content-sha256")?.toLowerCase();
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) {
    throw new Refusal("invalid_request", "x-content-sha256 must be 64 hex digits");
  }
  return { size: length === null ? undefined : Number(length), sha256 };
}

/** Opens the body. Errors: {@link Refusal}, before the rest was read; `reading` then says where it is to be drained. */
export async function openBody(
  stream: ReadableStream<Uint8Array> | null,
  { size, sha256 }: Announced,
  { maxSize, stallMs }: Intake,
  reading: (drain: Body["drain"]) => void,
): Promise<Body> {
  if (size !== undefined) checkSize(size, maxSize);
  if (stream === null) {
    if (size !== undefined && size > 0) throw new Refusal("incomplete", "The body is missing");
    return held(new Blob([]), () => Promise.resolve());
  }
  if (size !== undefined && size > BUFFERED_BYTES) {
    const once = new Once(stream, { size, sha256, stallMs, staysOpen: true });
    const drain = (mostBytes: number): Promise<void> => once.drain(mostBytes);
    reading(drain);
    return { content: new OnceBlob(once), trouble: () => once.trouble, drain };
  }
  const reader = new ByteReader(stream, stallMs);
  const drain = (mostBytes: number): Promise<void> => reader.drain(mostBytes);
  reading(drain);
  const bytes = await readAll(reader, size, maxSize);
  if (sha256 !== undefined && (await digestOf(bytes)) !== sha256) {
    throw new Refusal(
      "digest_mismatch",
      "The body has another SHA-256 than x-content-sha256 says; nothing was committed",
    );
  }
  return held(new Blob([bytes]), drain);
}

function held(content: Blob, drain: Body["drain"]): Body {
  return { content, trouble: () => undefined, drain };
}

async function readAll(
  reader: ByteReader,
  size: number | undefined,
  maxSize: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const most = size ?? Math.min(maxSize, BUFFERED_BYTES);
  const bytes = await inTime(reader.read(most));
  const goesOn = bytes.length === most && (await inTime(reader.read(1))).length > 0;
  if (goesOn) {
    if (size !== undefined) throw new Refusal("too_large", "The body is longer than its Content-Length");
    checkSize(most + 1, maxSize);
    throw new Refusal("length_required", `A body of more than ${BUFFERED_BYTES} bytes needs a Content-Length`);
  }
  if (size !== undefined && bytes.length < size) {
    throw new Refusal("incomplete", "The body ended before its Content-Length; nothing was committed");
  }
  return bytes;
}

async function inTime<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    const isLate = cause instanceof Stalled;
    const message = isLate ? "The body came too slowly" : "The body could not be read to its end";
    throw new Refusal(isLate ? "timeout" : "incomplete", `${message}; nothing was committed`, {}, { cause });
  }
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
