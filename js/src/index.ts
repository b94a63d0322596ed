/**
 * hubferry: push files and folders to the Hugging Face Hub from any JavaScript runtime.
 *
 * This is the public surface; everything else in the package may change. Functions shared with the Hub's own JavaScript
 * client have its names, parameters and results.
 */
export { init, type InitOptions } from "./engine.js";
export {
  FileChangedError,
  HubApiError,
  HubferryError,
  IntegrityError,
  InvalidApiResponseFormatError,
  InvalidInputError,
  isHubferryError,
  type ErrorCode,
} from "./errors.js";

export { CommitScheduler, type CommitSchedulerParams } from "./upload/commit-scheduler.js";
export { UploadQueue } from "./upload/upload-queue.js";
export { commit, commitIter, type CommitParams } from "./upload/commit.js";
export type {
  CommitOutput,
  CommitProgressEvent,
  CommittedFile,
  Phase,
  Progress,
  UploadEvent,
} from "./upload/events.js";
export type { UploadJob } from "./upload/job.js";
export type {
  CommitDeletedEntry,
  CommitFile,
  CommitOperation,
  ContentSource,
  FileContent,
} from "./upload/operations.js";
export {
  deleteFile,
  deleteFolder,
  type DeleteFileParams,
  type DeleteFolderParams,
  type DeleteParams,
} from "./upload/delete-file.js";
export { deleteFiles, type DeleteFilesParams } from "./upload/delete-files.js";
export {
  uploadFile,
  uploadFiles,
  uploadFilesWithProgress,
  type UploadFileParams,
  type UploadFilesParams,
  type UploadSource,
} from "./upload/upload-files.js";
export { uploadFolder, type UploadFolderParams, type UploadFolderPlanParams } from "./upload/upload-folder.js";
export { uploadLargeFolder, type UploadLargeFolderParams } from "./upload/upload-large-folder.js";
export type { UploadPlan } from "./upload/upload-plan.js";
export { planCommits, type CommitState, type PlanCommits } from "./upload/plan-commits.js";
export type { PushParams } from "./upload/push.js";
export type { ResumeOptions } from "./journal/open.js";
export { deleteCache, scanCache, type ScannedCache } from "./journal/cache.js";
export type { Journal, JournalAbout, JournalStore, StreamName } from "./journal/store.js";
export type { UseWebWorkers } from "./compute/choose.js";

export {
  checkFolder,
  type CheckFolderOptions,
  type FolderFile,
  type FolderFinding,
  type FolderFindingCode,
} from "./upload/check-folder.js";
export {
  collectFiles,
  type CollectedFile,
  type CollectOptions,
  type FolderSource,
  type GitignoreOption,
} from "./source/folder/collect.js";
export type { OnSkip, Skip } from "./source/folder/rules.js";
export { filterRepoObjects } from "./source/folder/filter.js";

export { checkRepoAccess } from "./hub/check-repo-access.js";
export { createBranch, type CreateBranchParams } from "./hub/create-branch.js";
export { createRepo, type CreateRepoParams, type SpaceSdk } from "./hub/create-repo.js";
export { deleteBranch, type DeleteBranchParams } from "./hub/delete-branch.js";
export { deleteRepo } from "./hub/delete-repo.js";
export { downloadFile, type DownloadFileParams } from "./hub/download-file.js";
export type { XetReadToken } from "./download/read-token.js";
export {
  fileDownloadInfo,
  type FileDownloadInfoOutput,
  type FileDownloadInfoParams,
  type XetFileInfo,
} from "./hub/file-download-info.js";
export { fileExists, type FileExistsParams } from "./hub/file-exists.js";
export { listCommits, type CommitData, type ListCommitsParams } from "./hub/list-commits.js";
export { listFiles, type ListFileEntry, type ListFilesParams } from "./hub/list-files.js";
export {
  pathsInfo,
  type CommitInfo,
  type LfsPathInfo,
  type PathInfo,
  type PathsInfoParams,
  type SecurityFileStatus,
} from "./hub/paths-info.js";
export {
  snapshotDownload,
  type SnapshotDownloadParams,
  type SnapshotOutput,
  type SnapshotProgress,
} from "./hub/snapshot-download.js";
export { repoExists, type RepoExistsParams } from "./hub/repo-exists.js";
export {
  whoAmI,
  type AccessTokenRole,
  type AuthInfo,
  type AuthType,
  type WhoAmI,
  type WhoAmIApp,
  type WhoAmIOrg,
  type WhoAmIUser,
} from "./hub/who-am-i.js";
export {
  HUB_URL,
  type AccessToken,
  type Credentials,
  type CredentialsParams,
  type HubParams,
  type RepoDesignation,
  type RepoFullName,
  type RepoId,
  type RepoParams,
  type RepoType,
} from "./hub/params.js";
