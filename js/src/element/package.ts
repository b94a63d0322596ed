/**
 * What the element uses of the package: its public functions and nothing else. The model gets them as one object, so that its
 * rules can be tested without a Hub. By the entry for browsers: there the package learns where its wasm and its worker are.
 */
import {
  checkFolder,
  collectFiles,
  createRepo,
  deleteCache,
  repoExists,
  scanCache,
  uploadFolder,
  whoAmI,
  type UploadJob,
} from "../entry/browser.js";

export type {
  CollectedFile as Collected,
  CollectOptions,
  CommitOutput,
  FolderFinding as Finding,
  JournalAbout as Remembered,
  UploadEvent,
  UploadJob,
} from "../entry/browser.js";

/** The numbers of a job. */
export type Progress = UploadJob["progress"];

/** The functions in use. */
export const hubferryPackage = {
  checkFolder,
  collectFiles,
  createRepo,
  deleteCache,
  repoExists,
  scanCache,
  uploadFolder,
  whoAmI,
};

/** See {@link hubferryPackage}. */
export type Package = typeof hubferryPackage;
