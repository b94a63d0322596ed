/**
 * Everything that can be the content of a file, as a blob.
 *
 * What the platform does not hold itself (another package's lazy blob, a file on the Hub) can neither be posted to a lane
 * nor sent by a browser; where there are lanes it is copied into the platform's own storage first.
 */
import { releaseOf } from "./spool.js";
import { isStream, platformBlob, readStream, type Intake } from "./stream.js";
import { passingBytes } from "./source.js";
import { openUrl } from "./url.js";
import { chooseCompute } from "../compute/choose.js";
import { engine } from "../engine.js";
import { fromFailure, InvalidInputError, unsupported } from "../errors.js";
import { platform } from "../platform.js";
import type { Fetch } from "../transport/fetch.js";

/** What can be the content of a file. */
export type Content = Blob | URL | ReadableStream<Uint8Array> | Uint8Array | ArrayBuffer | string;

/** What opening a content may need. */
export interface Opening {
  /** The path in the repo, for messages. */
  readonly path?: string | undefined;
  readonly fetch?: Fetch | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the caller knows of a content already; checked. */
export interface Expected {
  /** In bytes. */
  readonly size?: number | undefined;
  /** Hex. */
  readonly sha256?: string | undefined;
}

/**
 * Opens a content, by reference where it can be.
 *
 * Errors: `invalid_input` for what is no content or not the expected one, `unsupported`, and what reading streams and URLs brings.
 */
export async function toBlob(content: Content, opening: Opening, expected: Expected = {}): Promise<Blob> {
  const { path } = opening;
  const name = path === undefined ? "the content" : JSON.stringify(path);
  const { size, sha256 } = checkExpected(expected, name, path);
  const blob = await open(content, { ...opening, name, size, sha256 });
  try {
    if (size !== undefined && blob.size !== size) {
      throw new InvalidInputError(`${name} has ${blob.size} bytes, its size says ${size}`, { path });
    }
    if (sha256 !== undefined && passingBytes(blob) === undefined) await checkDigest(blob, sha256, { ...opening, name });
    opening.signal?.throwIfAborted();
    return blob;
  } catch (error) {
    await releaseOf(blob)?.();
    throw error;
  }
}

async function open(content: Content, intake: Intake & Opening & Expected): Promise<Blob> {
  if (content instanceof URL) return await openContentUrl(content, intake);
  if (typeof content === "string") return new Blob([content]);
  if (content instanceof ArrayBuffer || ArrayBuffer.isView(content)) return ofBytes(content, intake);
  if (isStream(content)) return platform().passing?.(content, intake) ?? (await readStream(content, intake));
  if (isBlob(content)) return await platformBlob(content, intake);
  const given: unknown = content;
  throw new InvalidInputError(
    `The content of ${intake.name} is ${kindOf(given)}: give a Blob, File, ReadableStream, URL, Uint8Array, ArrayBuffer or string` +
      adviceFor(given),
    { path: intake.path },
  );
}

async function openContentUrl(url: URL, intake: Intake & Opening): Promise<Blob> {
  if (url.protocol === "http:" || url.protocol === "https:") return await openUrl(url, intake);
  const { disk } = platform();
  if (url.protocol === "file:" && disk !== undefined) return (await disk.openFile(url)).blob;
  throw unsupported(
    `The content of ${intake.name} is at a ${url.protocol} address, which this runtime cannot read; fetch it and give a Blob`,
  );
}

/** Copies bytes, as blobs do, so that the caller may use the buffer again. */
function ofBytes(content: ArrayBuffer | ArrayBufferView, { name, path }: Intake): Blob {
  const buffer: ArrayBufferLike = ArrayBuffer.isView(content) ? content.buffer : content;
  try {
    // Platforms take a detached buffer for an empty one, but give no view of it.
    const whole = new Uint8Array(buffer);
    if (!ArrayBuffer.isView(content)) return new Blob([content]);
    const bytes = whole.subarray(content.byteOffset, content.byteOffset + content.byteLength);
    // One that is shared with other threads cannot become a blob as it is.
    return new Blob([buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice()]);
  } catch (error) {
    const text = `The content of ${name} is a buffer that was transferred elsewhere and holds nothing any more: give a copy`;
    throw new InvalidInputError(text, { path, cause: error });
  }
}

function checkExpected({ size, sha256 }: Expected, name: string, path: string | undefined): Expected {
  if (size !== undefined && (!Number.isSafeInteger(size) || size < 0)) {
    throw new InvalidInputError(`The size of ${name} must be a whole number of bytes`, { path });
  }
  if (sha256 === undefined) return { size };
  if (typeof sha256 === "string" && /^[0-9a-f]{64}$/i.test(sha256)) return { size, sha256: sha256.toLowerCase() };
  throw new InvalidInputError(`The sha256 of ${name} must be 64 hex digits`, { path });
}

async function checkDigest(blob: Blob, sha256: string, { name, path, signal }: Intake): Promise<void> {
  await engine();
  const compute = await chooseCompute(undefined);
  const task = { kind: "digest", blob, size: blob.size, digest: "sha256" } as const;
  const done = await compute.run(task, { signal: signal ?? new AbortController().signal });
  signal?.throwIfAborted();
  if (done.kind === "failed")
    throw fromFailure({ ...done.failure, message: `${name} cannot be read (${done.failure.message})` }, path);
  if (done.kind === "digested" && done.digest !== sha256) {
    throw new InvalidInputError(`${name} has the sha256 ${done.digest}, but ${sha256} was given`, { path });
  }
}

/** Also true for one from another window. */
function isBlob(value: unknown): value is Blob {
  return (
    value instanceof Blob || (typeof value === "object" && value !== null && "arrayBuffer" in value && "slice" in value)
  );
}

/** A word for what is no content. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "missing";
  if (typeof value !== "object") return `a ${typeof value}`;
  if (Array.isArray(value)) return "a list";
  const kind = Object.prototype.toString.call(value).slice("[object ".length, -1);
  return kind === "Object" ? "an object of another kind" : `a ${kind}`;
}

/** What to do about what many people try. */
function adviceFor(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  if ("then" in value) return "; await the promise first";
  if ("getFile" in value) return "; a file handle gives one by await handle.getFile()";
  if ("getDirectoryHandle" in value || "createReader" in value) return "; for a folder use uploadFolder";
  if ("file" in value) return "; a dropped entry gives one by entry.file()";
  if ("item" in value || Array.isArray(value)) return "; give several files one by one, or a folder to uploadFolder";
  if ("pipe" in value) return "; a stream of Node becomes one by Readable.toWeb(stream)";
  return "";
}
