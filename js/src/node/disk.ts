/**
 * Files on disk for Node: blobs that open the file for each read, so that no descriptor is held and none is limited to 4 GiB
 * (as the platform's `openAsBlob` is, up to Node 20).
 *
 * Invariant: a read of a file that is not the one it was when it was taken in fails. Used only by the entry for Node.
 */
import { constants } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { FileChangedError, fromFailure, HubferryError, InvalidInputError } from "../errors.js";
import { compare, shortRead, type Fingerprint } from "../source/failure.js";
import { LazyBlob } from "../source/lazy.js";
import { rememberOrigin } from "../source/origin.js";
import type { FailureView } from "../wire.js";

/** Without waiting: where a pipe has taken a file's place, an ordinary opening would wait for somebody who writes. Windows has no such flag. */
const READING = constants.O_RDONLY | ((constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0);

/** A file on disk, as a blob with a date. */
export interface DiskFile {
  readonly blob: Blob;
  readonly size: number;
  readonly lastModified: number;
}

/**
 * Takes a file in as it is now.
 *
 * Errors: `invalid_input` for what is not there or not a file, `file_unreadable`.
 */
export async function openFile(path: string | URL): Promise<DiskFile> {
  const file = typeof path === "string" ? path : fileURLToPath(path);
  const taken = await look(file).catch((error: unknown) => {
    throw error instanceof FileChangedError ? new InvalidInputError(`${file} does not exist`, { cause: error }) : error;
  });
  const isSame = (now: Fingerprint): FailureView | undefined => compare(taken, now);
  const blob = rememberOrigin(
    lazy(file, taken.size, isSame),
    taken,
    () => look(file).catch(asChange),
    () => lazy(file, taken.size, () => undefined),
  );
  return { blob, size: taken.size, lastModified: taken.lastModified };
}

/** Reads as long as `changed` has nothing to say of the file as it is then. */
function lazy(file: string, size: number, changed: (now: Fingerprint) => FailureView | undefined): LazyBlob {
  return new LazyBlob({ read: (start, end) => readRange(file, changed, start, end) }, 0, size);
}

async function look(file: string): Promise<Fingerprint & { lastModified: number }> {
  try {
    return fingerprint(await stat(file), file);
  } catch (error) {
    throw explain(error);
  }
}

async function readRange(
  file: string,
  changedIn: (now: Fingerprint) => FailureView | undefined,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, READING);
    const changed = changedIn(fingerprint(await handle.stat(), file));
    if (changed !== undefined) throw fromFailure(changed);
    const bytes = new Uint8Array(end - start);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0) throw fromFailure(shortRead(bytes.length, filled));
      filled += bytesRead;
    }
    return bytes;
  } catch (error) {
    return asChange(explain(error));
  } finally {
    await handle?.close();
  }
}

/** What was a file and is something else now has changed; it is no mistake of whoever gave it. */
function asChange(error: unknown): never {
  throw error instanceof InvalidInputError
    ? new FileChangedError("it is no file any more, but a folder or something else", { cause: error })
    : error;
}

interface Stats {
  readonly size: number;
  readonly mtimeMs: number;
  isFile(): boolean;
  isDirectory(): boolean;
}

function fingerprint(stats: Stats, file: string): Fingerprint & { lastModified: number } {
  if (stats.isDirectory())
    throw new InvalidInputError(`${file} is a folder, where a file was expected; use uploadFolder`);
  if (!stats.isFile()) throw new InvalidInputError(`${file} is neither a file nor a folder`);
  return { size: stats.size, lastModified: stats.mtimeMs };
}

/** Node's errors, in our words. */
export function explain(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof HubferryError || !("code" in error)) return error;
  switch (error.code) {
    case "ENOENT":
    case "ENOTDIR":
      return new FileChangedError("it is not there any more", { cause: error });
    case "EACCES":
    case "EPERM":
      return new HubferryError("file_unreadable", "permission is denied", { cause: error });
    default:
      return new HubferryError("file_unreadable", error.message, { cause: error });
  }
}
