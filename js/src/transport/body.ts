/**
 * Puts a request's body together from its parts, without reading what can be sent by reference.
 *
 * Invariants: the length of a body is known before it is sent (stores refuse others); a body that is one range of a file
 * is that range of the blob itself, which never enters our memory; what has to be encoded is encoded on a lane; no blob has a
 * type, which would add a header.
 */
import type { AssemblePart, Compute } from "../compute/task.js";
import { HubferryError } from "../errors.js";
import type { Source } from "../source/source.js";
import type { BodyPartView, FailureView } from "../wire.js";

/** Parts put together in one visit of a lane: posting more at once would hold up a page. */
const PARTS_AT_ONCE = 500;

/** A part of a body that could not be read. */
export class Unreadable extends Error {
  override name = "Unreadable";
  readonly failure: FailureView;
  /** Which file. */
  readonly file: number;

  constructor(failure: FailureView, file: number) {
    super(failure.message);
    this.failure = failure;
    this.file = file;
  }
}

/**
 * Makes the body of a request; nothing when there is no part.
 *
 * Errors: {@link Unreadable}.
 */
export async function assembleBody(
  parts: readonly BodyPartView[],
  sources: readonly Source[],
  lanes: () => Compute,
  signal: AbortSignal,
): Promise<Blob | string | undefined> {
  if (parts.length === 0) return undefined;
  if (parts.every(isText)) return parts.map((part) => part.text).join("");
  const [only] = parts;
  if (parts.length === 1 && only?.type === "slice") return blobOf(sources, only.file).slice(only.start, only.end);
  const compute = lanes();
  const blobs: Blob[] = [];
  for (let start = 0; start < parts.length; start += PARTS_AT_ONCE) {
    const here = parts.slice(start, start + PARTS_AT_ONCE);
    const batch = here.map((part): AssemblePart => {
      if (part.type === "text") return part.text;
      if (!isOfFile(part)) throw new HubferryError("internal", "a xorb or shard is a whole body");
      return { blob: blobOf(sources, part.file), start: part.start, end: part.end, base64: part.type === "base64" };
    });
    const done = await compute.run({ kind: "assemble", parts: batch }, { signal });
    if (done.kind === "failed") {
      const part = done.part === undefined ? undefined : here[done.part];
      throw new Unreadable(done.failure, part !== undefined && isOfFile(part) ? part.file : -1);
    }
    if (done.kind === "assembled") blobs.push(done.blob);
  }
  return new Blob(blobs);
}

/** The files that a body is made from, each once. */
export function sourcesOf(parts: readonly BodyPartView[]): number[] {
  return [...new Set(parts.filter(isOfFile).map((part) => part.file))];
}

function isText(part: BodyPartView): part is Extract<BodyPartView, { type: "text" }> {
  return part.type === "text";
}

function isOfFile(part: BodyPartView): part is Extract<BodyPartView, { file: number }> {
  return "file" in part;
}

function blobOf(sources: readonly Source[], file: number): Blob {
  const source = sources[file];
  if (source === undefined) throw new HubferryError("internal", `there is no file ${file}`);
  return source.blob;
}
