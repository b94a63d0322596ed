/**
 * Where journals are kept: what a push remembers on the device so that the next one goes on from there. The bytes are the engine's and
 * mean nothing here.
 *
 * Invariants: what was appended is read back in its order, or cut off at the end, never with a hole; a journal is one push at a time
 * (see `lock.ts`).
 */
import type { RepoId } from "../hub/params.js";

/** The two streams of a journal: what the engine's push writes, and what its authority over chunks writes. */
export type StreamName = "control" | "pack";

/** What a journal is about, for those who list them. Holds no token and no content. */
export interface JournalAbout {
  /** Its name. */
  readonly key: string;
  /** The Hub. */
  readonly hubUrl: string;
  /** The repo. */
  readonly repo: RepoId;
  /** The branch. */
  readonly branch: string;
  /** Whether the push goes to a pull request. */
  readonly isPullRequest?: boolean | undefined;
  /** The folder of the repo that the files go to; empty is the root. */
  readonly pathInRepo: string;
  /** The commit's title, where the caller gave one. */
  readonly title?: string | undefined;
  /** The local folder's name, where it is known. */
  readonly folderName?: string | undefined;
  /** The local folder, where the browser lets a page keep it. */
  readonly handle?: FileSystemDirectoryHandle | undefined;
  /** What the caller wants to find here again. */
  readonly note?: unknown;
  /** Files of the push. */
  readonly files: number;
  /** Their bytes. */
  readonly bytes: number;
  /** Files that need not be read again. */
  readonly doneFiles: number;
  /** Bytes that need not be read again. */
  readonly doneBytes: number;
  /** When the push was first begun, in milliseconds since 1970. */
  readonly startedAt: number;
  /** When something was last written, in milliseconds since 1970. */
  readonly updatedAt: number;
  /** Bytes that the journal takes. */
  readonly size: number;
}

/** One journal, open. */
export interface Journal {
  /** All bytes of a stream. */
  read(stream: StreamName): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Adds bytes to a stream. Resolves when they would outlive this process; with `durable`, when they would outlive the machine's power,
   * as far as the platform can tell.
   */
  append(stream: StreamName, bytes: Uint8Array<ArrayBuffer>, durable?: boolean): Promise<void>;
  /** Puts other bytes in a stream's place, all or nothing. */
  replace(stream: StreamName, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Changes what is said of it. */
  describe(news: Partial<Omit<JournalAbout, "key" | "size">>): Promise<void>;
  /** Removes it. */
  delete(): Promise<void>;
  /** Lets go of it; it stays. */
  close(): Promise<void>;
}

/** A place for journals. */
export interface JournalStore {
  /** Opens a journal, and begins it with `about` if there is none of that name. */
  open(key: string, about: Omit<JournalAbout, "key" | "size">): Promise<Journal>;
  /** What there is. */
  list(): Promise<JournalAbout[]>;
  /** Removes one, if it is there. */
  delete(key: string): Promise<void>;
}

/** Puts pieces together. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
