/**
 * Everything that can be the content of a file, as a blob.
 *
 * What the platform does not hold itself (another package's lazy blob, a file on the Hub) can neither be posted to a lane
 * nor sent by a browser; where there are lanes it is copied into the platform's own storage first, which keeps large blobs
 * on disk.
 */
import { InvalidInputError, unsupported } from "../errors.js";
import { platform } from "../platform.js";
import { isPlatformBlob } from "./lazy.js";
import { openUrl } from "./url.js";
import type { Fetch } from "../transport/fetch.js";

/** What can be the content of a file. */
export type Content = Blob | URL | Uint8Array | ArrayBuffer | string;

/** What opening a content may need. */
export interface Opening {
  readonly fetch?: Fetch | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a content, by reference where it can be.
 *
 * Errors: `invalid_input`, `unsupported`, and for URLs what the platform says of them.
 */
export async function toBlob(content: Content, opening: Opening): Promise<Blob> {
  if (content instanceof URL) return await openContentUrl(content, opening);
  if (typeof content === "string" || content instanceof ArrayBuffer) return new Blob([content]);
  if (ArrayBuffer.isView(content)) return new Blob([content as Uint8Array<ArrayBuffer>]);
  if (isBlob(content))
    return isPlatformBlob(content) || platform().spawn === undefined ? content : await copied(content);
  if (isStream(content)) throw unsupported("A stream as content is not supported yet; collect it into a Blob first");
  throw new InvalidInputError("content must be a Blob, File, URL, Uint8Array, ArrayBuffer or string");
}

async function openContentUrl(url: URL, opening: Opening): Promise<Blob> {
  if (url.protocol === "http:" || url.protocol === "https:") return await openUrl(url, opening);
  const { disk } = platform();
  if (url.protocol === "file:" && disk !== undefined) return (await disk.openFile(url)).blob;
  throw unsupported(`Content from ${url.protocol} URLs is not supported in this runtime`);
}

async function copied(blob: Blob): Promise<Blob> {
  return await new Response(blob.stream()).blob();
}

/** Also true for one from another window. */
function isBlob(value: unknown): value is Blob {
  return (
    value instanceof Blob || (typeof value === "object" && value !== null && "arrayBuffer" in value && "slice" in value)
  );
}

function isStream(value: unknown): boolean {
  return typeof value === "object" && value !== null && "getReader" in value;
}
