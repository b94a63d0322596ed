// What these functions take and give is what those of @huggingface/hub take and give. It is compiled, not run.
import type * as theirs from "@huggingface/hub";
import * as ours from "hubferry";

export const checkRepoAccess: typeof theirs.checkRepoAccess = ours.checkRepoAccess;
export const createBranch: typeof theirs.createBranch = ours.createBranch;
export const createRepo: typeof theirs.createRepo = ours.createRepo;
export const deleteBranch: typeof theirs.deleteBranch = ours.deleteBranch;
export const deleteRepo: typeof theirs.deleteRepo = ours.deleteRepo;
export const downloadFile: typeof theirs.downloadFile = ours.downloadFile;
export const fileDownloadInfo: typeof theirs.fileDownloadInfo = ours.fileDownloadInfo;
export const fileExists: typeof theirs.fileExists = ours.fileExists;
export const listCommits: typeof theirs.listCommits = ours.listCommits;
export const listFiles: typeof theirs.listFiles = ours.listFiles;
export const repoExists: typeof theirs.repoExists = ours.repoExists;
export const whoAmI: typeof theirs.whoAmI = ours.whoAmI;

type Result<F extends (...args: never[]) => unknown> = Awaited<ReturnType<F>>;
declare const uploaded: Result<typeof ours.uploadFiles>;
declare const committed: Result<typeof ours.commit>;
export const ofUpload: Result<typeof theirs.uploadFiles> = uploaded;
export const ofCommit: Result<typeof theirs.commit> = committed;
declare const deleted: Result<typeof ours.deleteFile>;
export const ofDelete: Result<typeof theirs.deleteFile> = deleted;
declare const deletedFiles: Result<typeof ours.deleteFiles>;
export const ofDeletes: Result<typeof theirs.deleteFiles> = deletedFiles;
declare const events: ReturnType<typeof ours.uploadFilesWithProgress>;
export const ofProgress: ReturnType<typeof theirs.uploadFilesWithProgress> = events;
