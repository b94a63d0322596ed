/** Where a snapshot goes: a folder that files are written to, each first under another name. */

/** A folder, wherever it is. */
export interface Target {
  /** The file at a path, when there is one. */
  find(path: string): Promise<Blob | undefined>;
  /** Begins a file that will stand at a path. */
  create(path: string): Promise<Draft>;
}

/** A file under another name, in the folder where it will stand. */
export interface Draft {
  /** Appends bytes. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Everything that was written; there is nothing to write after. */
  finish(): Promise<Blob>;
  /** Gives it its name, in place of what stood there. */
  keep(): Promise<void>;
  /** Takes it away, in whatever state it is, unless it was kept. Never rejects. */
  discard(): Promise<void>;
}

/** The name of a draft: nobody else's, and none that a listing shows. */
export function draftName(): string {
  return `.hubferry-${crypto.randomUUID()}.part`;
}
