/** Files that the caller names, in one commit. */
import { progressOf, startCommit } from "./commit.js";
import type { CommitOutput, CommitProgressEvent } from "./events.js";
import { InvalidInputError, unsupported } from "../errors.js";
import type { UploadJob } from "./job.js";
import type { CommitFile, FileContent } from "./operations.js";
import type { PushParams } from "./push.js";

/**
 * One file to upload.
 *
 * A `File` goes to its name (`webkitRelativePath` is not looked at: that is what `uploadFolder` is for), a URL to the last
 * part of its path; what a `file:` URL of a folder holds goes below the folder's name.
 */
export type UploadSource = URL | File | FileContent;

/** What all uploads of files take. */
export interface UploadFilesOptions extends PushParams {
  /** First line of the commit's message. @default made from the files */
  commitTitle?: string | undefined;
  /** The rest of the commit's message. */
  commitDescription?: string | undefined;
  /** Levels of folders taken from a `file:` URL; what lies deeper is left out. @default all */
  maxFolderDepth?: number | undefined;
}

/** Several files. */
export interface UploadFilesParams extends UploadFilesOptions {
  files: readonly UploadSource[];
}

/** One file. */
export interface UploadFileParams extends UploadFilesOptions {
  file: UploadSource;
}

/**
 * Uploads files in one commit.
 *
 * @example
 * await uploadFiles({ repo: "me/model", accessToken, files: [{ path: "README.md", content: "# Hello" }, input.files[0]] });
 */
export function uploadFiles(params: UploadFilesParams): UploadJob {
  return start(params, params.files);
}

/** Uploads one file in one commit. */
export function uploadFile(params: UploadFileParams): UploadJob {
  return start(params, [params.file]);
}

/** Uploads files in one commit and yields what happens; the result is what the generator returns. Leaving it early stops it. */
export async function* uploadFilesWithProgress(
  params: UploadFilesParams,
): AsyncGenerator<CommitProgressEvent, CommitOutput, void> {
  return yield* progressOf(uploadFiles(params));
}

function start(params: UploadFilesOptions, files: readonly UploadSource[]): UploadJob {
  const { commitTitle: title, commitDescription: description } = params;
  return startCommit({ ...params, title, description, operations: toOperations(files) });
}

/** Looked at only when the job runs, so that what is wrong rejects the job. */
function* toOperations(files: readonly UploadSource[]): Generator<CommitFile, void, void> {
  const given: unknown = files;
  if (!Array.isArray(given)) throw new InvalidInputError("files must be a list");
  for (const file of files) yield toOperation(file);
}

function toOperation(file: UploadSource | null | undefined): CommitFile {
  if (file instanceof URL) return { operation: "addOrUpdate", path: lastPart(file), content: file };
  if (typeof file !== "object" || file === null) throw notAFile();
  if ("edits" in file)
    throw unsupported("Edits of existing files are not supported by this version; give the whole file");
  if ("content" in file) {
    const { path, content, size, sha256 } = file;
    return { operation: "addOrUpdate", path, content, size, sha256 };
  }
  if (!("name" in file)) throw notAFile();
  // Some libraries put the path of a dropped file on the file itself.
  const path = "path" in file && typeof file.path === "string" ? file.path : file.name;
  return { operation: "addOrUpdate", path, content: file };
}

function notAFile(): InvalidInputError {
  return new InvalidInputError("a file must be a File, a URL, or an object with path and content");
}

/** The name that a URL ends in. */
function lastPart(url: URL): string {
  const name = url.pathname.split("/").at(-1) ?? "";
  if (name === "") return url.protocol === "file:" ? "" : "file";
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
