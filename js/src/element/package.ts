/**
 * What the element uses of the package: its public functions and nothing else. The model gets them as one object, so that its
 * rules can be tested without a Hub. By the entry for browsers: there the package learns where its wasm and its worker are.
 */
import {
  checkFolder,
  collectFiles,
  createRepo,
  repoExists,
  uploadFolder,
  whoAmI,
  type UploadJob,
} from "../entry/browser.js";

export type {
  CollectedFile as Collected,
  CollectOptions,
  CommitOutput,
  FolderFinding as Finding,
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
  repoExists,
  uploadFolder,
  whoAmI,
};

/** What is remembered of a push that has not ended. */
export interface Remembered {
  readonly key: string;
  readonly hubUrl: string;
  readonly folderName?: string;
  readonly files: number;
  readonly bytes: number;
  readonly doneFiles: number;
  readonly doneBytes: number;
  /** Milliseconds since 1970. */
  readonly updatedAt: number;
  readonly handle?: FileSystemDirectoryHandle;
  readonly note?: unknown;
}

/** The functions for what is remembered, where the package remembers something. */
export interface Memory {
  scanCache(): Promise<{ journals: readonly Remembered[] }>;
  deleteCache(which: { key: string }): Promise<unknown>;
}

/** See {@link hubferryPackage}. */
export type Package = typeof hubferryPackage & Partial<Memory>;
