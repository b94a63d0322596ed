/** What a job tells while it runs, and what it brings in the end. */

/** The events that the Hub's own JavaScript client knows. */
export type CommitProgressEvent =
  | { event: "phase"; phase: Phase }
  | {
      event: "fileProgress";
      path: string;
      /** 0 to 1 within `state`; 1 while uploading means that the Hub has it. */
      progress: number;
      state: "hashing" | "uploading" | "error";
    };

/** The phases of a push. */
export type Phase = "preuploading" | "uploadingLargeFiles" | "committing";

/** Everything that a job tells. */
export type UploadEvent =
  | CommitProgressEvent
  /** About once a second, and at the end. */
  | { event: "report"; progress: Progress }
  /** Something will be tried again. */
  | { event: "retry"; path?: string; attempt: number; delayMs: number; cause: string }
  /** Worth knowing, not an error. */
  | { event: "warning"; code: string; message: string; paths: string[] }
  /** A commit stands. */
  | { event: "commit"; oid: string; url: string; files: number };

/** A snapshot of a push. Nothing in it goes back, but its state, speed and time left. */
export interface Progress {
  /**
   * Whether it goes on. "offline": there is no connection, and it goes on by itself when there is one; "waiting": a server has asked for
   * time, or does not answer well, and the next attempt is at `waitingUntilMs`.
   */
  state: "running" | "paused" | "offline" | "waiting";
  /** In milliseconds since 1970, while it is "waiting". */
  waitingUntilMs?: number;
  phase: Phase;
  /** Added files; each counts in every stage that it has passed. */
  files: { total: number; hashed: number; uploaded: number; committed: number; skipped: number; failed: number };
  /** Bytes of added files. `sent` counts what was sent again only once. */
  bytes: { total: number; read: number; deduplicated: number; sent: number; registered: number; committed: number };
  /** Smoothed. */
  bytesPerSecond: number;
  /** Absent until it can be said. */
  etaSeconds?: number;
  /** Sent so far, repetitions included. */
  requests: number;
}

/** What a push has brought about. */
export interface CommitOutput {
  /** The last commit; when nothing had to change, the head that was found. */
  commit: { oid: string; url: string };
  /** The commits made, in order; none when nothing had to change. */
  commits: { oid: string; url: string; files: number }[];
  /** Whether the paths were read back and are what was sent. */
  verified: boolean;
  pullRequestUrl?: string;
  /** What the Hub's hooks said. */
  hookOutput: string;
  /** What became of each added file, in the order they were given. */
  files: CommittedFile[];
  /** Bytes of all added files, of those read, found on the Hub, and sent. */
  bytes: { total: number; read: number; deduplicated: number; sent: number };
}

/** What became of one added file. */
export interface CommittedFile {
  path: string;
  /** SHA-256 of a large file, git blob oid of a regular one; absent when it was ignored before it was read. */
  oid?: string;
  size: number;
  /** Only for files stored by Xet. */
  xetHash?: string;
  /** "failed": it could not be read, and the push went on without it. */
  state: "added" | "updated" | "unchanged" | "ignored" | "failed";
}

/** The snapshot of a push that has not begun. */
export function noProgress(): Progress {
  return {
    state: "running",
    phase: "preuploading",
    files: { total: 0, hashed: 0, uploaded: 0, committed: 0, skipped: 0, failed: 0 },
    bytes: { total: 0, read: 0, deduplicated: 0, sent: 0, registered: 0, committed: 0 },
    bytesPerSecond: 0,
    requests: 0,
  };
}
