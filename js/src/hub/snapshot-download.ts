/**
 * A whole revision of a repo, as files in a folder.
 *
 * Invariants: everything is of one commit; a file appears under its name when it is whole and has the digest that the Hub told,
 * not before; one that is there already and equal is not asked for; nothing is written outside the folder. When one file fails
 * the others are stopped, and what was written under other names goes.
 */
import { linkedController, orAborted } from "../abort.js";
import { chooseCompute, type UseWebWorkers } from "../compute/choose.js";
import type { Compute } from "../compute/task.js";
import { handleTarget, privateFolder } from "../download/handle-target.js";
import { inOrder } from "../download/in-order.js";
import { ReadToken } from "../download/read-token.js";
import { Slots } from "../download/slots.js";
import type { Target } from "../download/target.js";
import {
  fromFailure,
  HubferryError,
  IntegrityError,
  InvalidApiResponseFormatError,
  InvalidInputError,
} from "../errors.js";
import { platform } from "../platform.js";
import { readFailureOf } from "../source/failure.js";
import { filterRepoObjects } from "../source/folder/filter.js";
import { call } from "./call.js";
import { openXet, rangesOf } from "./download-file.js";
import { listFiles, type ListFileEntry } from "./list-files.js";
import { compact, repoSpec, type RepoParams } from "./params.js";

/** What is fetched, and where it goes. */
export interface SnapshotDownloadParams extends RepoParams {
  /**
   * The folder: a directory handle that may be written to; or a path, on disk (or a `file:` URL) in runtimes that have one, and in
   * browsers in the origin's private storage. It is made when it is not there; what else is in it stays.
   */
  to: FileSystemDirectoryHandle | string | URL;
  /** Branch, tag or commit id. @default "main" */
  revision?: string | undefined;
  /** Only files that match one of these; as Python's `allow_patterns`. */
  allowPatterns?: string | readonly string[] | undefined;
  /** No files that match one of these; as Python's `ignore_patterns`. */
  ignorePatterns?: string | readonly string[] | undefined;
  /** Read by Xet what is stored so; `false` reads from the Hub itself. @default true */
  xet?: boolean | undefined;
  /** Whether digests are made in web workers. @default automatic */
  useWebWorkers?: UseWebWorkers | undefined;
  /** Told how far it is, at most ten times a second and once at the end. */
  onReport?: ((progress: SnapshotProgress) => void) | undefined;
}

/** How far a snapshot is. */
export interface SnapshotProgress {
  files: {
    total: number;
    /** Under their names, those that were there included. */
    done: number;
    /** There already, and equal. */
    present: number;
  };
  bytes: {
    total: number;
    /** Read from the Hub or its stores. */
    received: number;
    /** Of files that were there already. */
    present: number;
  };
}

/** What a snapshot brought. */
export interface SnapshotOutput {
  /** The commit that the revision stood for. */
  commit: { oid: string };
  /** In the Hub's order. */
  files: { path: string; size: number; state: "downloaded" | "present" }[];
}

/** Files side by side. */
const FILES = 4;
/** Bytes read at once of a file that is not stored by Xet. */
const WINDOW = 8 * 1024 * 1024;
/** Windows of such a file side by side. */
const WINDOWS = 2;
/** A file that came with another digest is fetched again, once. */
const TRIES = 2;
/** Milliseconds between two reports. */
const REPORT_EVERY_MS = 100;

/**
 * Downloads a revision of a repo, or the files of it that pass the filters, into a folder.
 *
 * @example
 * await snapshotDownload({ repo: "me/model", to: "./model", ignorePatterns: "*.bin" });
 * @example
 * const to = await window.showDirectoryPicker({ mode: "readwrite" });
 * const { files } = await snapshotDownload({ repo: "datasets/me/photos", to });
 */
export async function snapshotDownload(params: SnapshotDownloadParams): Promise<SnapshotOutput> {
  const { controller, release } = linkedController(params.abortSignal);
  try {
    return await orAborted(new Snapshot({ ...params, abortSignal: controller.signal }).run(), params.abortSignal);
  } finally {
    controller.abort();
    release();
  }
}

/** One snapshot. */
class Snapshot {
  readonly #params: SnapshotDownloadParams & { abortSignal: AbortSignal };
  readonly #progress: SnapshotProgress = {
    files: { total: 0, done: 0, present: 0 },
    bytes: { total: 0, received: 0, present: 0 },
  };
  #reported = -Infinity;

  constructor(params: SnapshotDownloadParams & { abortSignal: AbortSignal }) {
    this.#params = params;
  }

  async run(): Promise<SnapshotOutput> {
    const { revision, allowPatterns, ignorePatterns, useWebWorkers } = this.#params;
    const repo = repoSpec(this.#params.repo);
    const open = targetOf(this.#params.to);
    const { sha } = await call(this.#params, { type: "repoInfo", repo, ...compact({ revision }) });
    const params = { ...this.#params, revision: sha };
    const all: ListFileEntry[] = [];
    for await (const entry of listFiles({ ...params, recursive: true })) if (entry.type === "file") all.push(entry);
    const passing = new Set(
      await filterRepoObjects(
        all.map(({ path }) => path),
        { allowPatterns, ignorePatterns },
      ),
    );
    const files = all.filter(({ path }) => passing.has(path));
    for (const { path } of files) checkName(path);
    this.#progress.files.total = files.length;
    this.#progress.bytes.total = files.reduce((sum, { size }) => sum + size, 0);
    const target = await open();
    const means = { params, target, compute: await chooseCompute(useWebWorkers), token: new ReadToken(repo, sha) };
    const states = await this.#all(files, means);
    this.#report(true);
    return {
      commit: { oid: sha },
      files: files.map(({ path, size }, index) => ({ path, size, state: states[index] ?? "downloaded" })),
    };
  }

  /** All files, a few side by side; when one fails the others end before this does. */
  async #all(files: readonly ListFileEntry[], means: Means): Promise<("downloaded" | "present")[]> {
    const { controller, release } = linkedController(this.#params.abortSignal);
    const slots = new Slots(FILES);
    const run = async (entry: ListFileEntry): Promise<"downloaded" | "present"> => {
      // A signal of its own: Node counts who listens to one.
      const own = linkedController(controller.signal);
      try {
        return await this.#one(entry, { ...means, params: { ...means.params, abortSignal: own.controller.signal } });
      } finally {
        own.release();
      }
    };
    const runs = files.map((entry) => slots.run(() => run(entry), controller.signal));
    try {
      return await Promise.all(runs);
    } finally {
      controller.abort();
      await Promise.allSettled(runs);
      release();
    }
  }

  async #one(entry: ListFileEntry, { params, target, compute, token }: Means): Promise<"downloaded" | "present"> {
    const { path, size } = entry;
    const { files, bytes } = this.#progress;
    const { abortSignal } = params;
    const there = await writing(path, () => target.find(path));
    if (there?.size === size && (await isEntry(there, entry, compute, abortSignal))) {
      bytes.present += size;
      files.present += 1;
      this.#done();
      return "present";
    }
    for (let attempt = 1; ; attempt++) {
      const draft = await writing(path, () => target.create(path));
      try {
        let received = 0;
        for await (const piece of piecesOf(entry, params, token)) {
          await writing(path, () => draft.write(piece));
          received += piece.length;
          // What comes a second time is not counted twice.
          if (attempt === 1) bytes.received += piece.length;
          this.#report(false);
        }
        const whole = await writing(path, () => draft.finish());
        if (received === size && whole.size === size && (await isEntry(whole, entry, compute, abortSignal))) {
          abortSignal.throwIfAborted();
          await writing(path, () => draft.keep());
          this.#done();
          return "downloaded";
        }
      } finally {
        await draft.discard();
      }
      if (attempt === TRIES) {
        throw new IntegrityError(`What came for ${JSON.stringify(path)} is not the file that the Hub has`, { path });
      }
    }
  }

  #done(): void {
    this.#progress.files.done += 1;
    this.#report(false);
  }

  #report(always: boolean): void {
    const now = performance.now();
    if (!always && now - this.#reported < REPORT_EVERY_MS) return;
    this.#reported = now;
    const { files, bytes } = this.#progress;
    this.#params.onReport?.({ files: { ...files }, bytes: { ...bytes } });
  }
}

/** What all files of a snapshot share. */
interface Means {
  readonly params: SnapshotDownloadParams & { abortSignal: AbortSignal; revision: string };
  readonly target: Target;
  readonly compute: Compute;
  readonly token: ReadToken;
}

/** How to open the folder; what is none is refused before anything is asked. */
function targetOf(to: unknown): () => Promise<Target> {
  if (typeof to === "string" || to instanceof URL) {
    const { disk } = platform();
    if (disk !== undefined) return () => disk.openTarget(to);
    if (typeof to === "string") return async () => handleTarget(await privateFolder(to));
  } else if (typeof to === "object" && to !== null && "getFileHandle" in to) {
    return () => Promise.resolve(handleTarget(to as FileSystemDirectoryHandle));
  }
  throw new InvalidInputError("to must be a directory handle or a path");
}

/** Refuses names that would lead out of the folder. */
function checkName(path: string): void {
  const isOdd = path.split("/").some((part) => part === "" || part === "." || part === ".." || part.includes("\0"));
  if (!isOdd) return;
  const message = `The repo has a file named ${JSON.stringify(path)}, which would be written outside the folder`;
  throw new InvalidApiResponseFormatError(message, { path });
}

function piecesOf(
  { path, size, xetHash }: ListFileEntry,
  params: Means["params"],
  token: ReadToken,
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  const ofFile = { ...params, path };
  if (xetHash !== undefined && params.xet !== false) {
    return openXet(ofFile, { path, hash: xetHash, size, token }).stream();
  }
  const file = rangesOf(ofFile, params.revision);
  const range = { start: 0, end: size, window: WINDOW, count: WINDOWS };
  return inOrder(range, (start, end) => file.read(start, end));
}

/** Whether these are the bytes that the Hub has. */
async function isEntry(blob: Blob, entry: ListFileEntry, compute: Compute, signal: AbortSignal): Promise<boolean> {
  const { size, oid, lfs } = entry;
  const digest = lfs === undefined ? "gitBlob" : "sha256";
  const done = await compute.run({ kind: "digest", blob, size, digest }, { signal });
  signal.throwIfAborted();
  if (done.kind === "digested") return done.digest === (lfs?.oid ?? oid);
  throw done.kind === "failed"
    ? fromFailure(done.failure, entry.path)
    : new HubferryError("internal", "no digest came");
}

/** Does something with the folder; what goes wrong is said with the path. */
async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HubferryError) throw error;
    const message = `${JSON.stringify(path)} cannot be written: ${readFailureOf(error).message}`;
    throw new HubferryError("file_unreadable", message, { path, cause: error });
  }
}
