/** Deletes files and folders of a repo, each call in one commit. */
import { startCommit } from "./commit.js";
import type { UploadJob } from "./job.js";
import type { PushParams } from "./push.js";
import { InvalidInputError } from "../errors.js";

/** What all deletions take. */
export interface DeleteParams extends PushParams {
  /** First line of the commit's message. @default made from the paths */
  commitTitle?: string | undefined;
  /** The rest of the commit's message. */
  commitDescription?: string | undefined;
}

/** Which file is deleted. */
export interface DeleteFileParams extends DeleteParams {
  /** Full path in the repo. */
  path: string;
}

/** Which folder is deleted. */
export interface DeleteFolderParams extends DeleteParams {
  /** Full path in the repo, with or without a `/` at its end. */
  path: string;
}

/**
 * Deletes a file in one commit.
 *
 * Errors: `entry_not_found` when there is no such file.
 *
 * @example
 * await deleteFile({ repo: "me/model", accessToken, path: "old.bin" });
 */
export function deleteFile(params: DeleteFileParams): UploadJob {
  const { path, commitTitle = `Delete ${path}`, commitDescription: description } = params;
  return startCommit({ ...params, title: commitTitle, description, operations: [{ operation: "delete", path }] });
}

/**
 * Deletes a folder with everything in it in one commit.
 *
 * Errors: `entry_not_found` when there is no such folder.
 */
export function deleteFolder(params: DeleteFolderParams): UploadJob {
  const { path, commitTitle, commitDescription: description } = params;
  const title = commitTitle ?? `Delete folder ${path} with hubferry`;
  return startCommit({ ...params, title, description, operations: folderOf(path) });
}

/** Made only when the job runs, so that what is wrong rejects the job. */
function* folderOf(path: unknown): Generator<{ operation: "delete"; path: string }, void, void> {
  const name = typeof path === "string" ? path.replace(/\/+$/, "") : "";
  if (name === "") throw new InvalidInputError("path must name a folder of the repo");
  yield { operation: "delete", path: `${name}/` };
}
