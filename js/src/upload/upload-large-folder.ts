/** A large folder, whatever happens on the way. */
import type { UploadJob } from "./job.js";
import { uploadFolder, type UploadFolderParams } from "./upload-folder.js";

/** What an upload of a large folder takes. */
export interface UploadLargeFolderParams extends Omit<UploadFolderParams, "commits" | "dryRun"> {
  /** Workers that hash and pack side by side. @default as many as the device is good for */
  numWorkers?: number | undefined;
}

/**
 * Uploads a folder in as many commits as it takes, goes on without files that cannot be read, and bears whatever may pass:
 * {@link uploadFolder} with `commits: "auto"`, `onFileError: "skip"` and `patience: "endless"`. The repo must exist, and the branch, unless `createBranch` is set.
 *
 * @example
 * await uploadLargeFolder({ repo: "datasets/me/scans", accessToken, folder, onReport: (progress) => console.log(progress) });
 */
export function uploadLargeFolder(params: UploadLargeFolderParams): UploadJob {
  const { numWorkers, ...rest } = params;
  const useWebWorkers = numWorkers === undefined ? rest.useWebWorkers : { poolSize: numWorkers };
  return uploadFolder({ onFileError: "skip", patience: "endless", ...rest, useWebWorkers, commits: "auto" });
}
