/** A package whose answers a test writes: the real one is driven by the tests of the page. */
import type { SkipKind } from "../../src/element/left-out.js";
import type { CommitOutput, Finding, Package, Progress, Remembered, UploadEvent } from "../../src/element/package.js";

/** One thing that the model asked the package for. */
export interface Asked {
  readonly name: string;
  readonly params: Record<string, unknown>;
}

/** A job that a test moves by hand. */
export class ScriptedJob implements AsyncIterable<UploadEvent> {
  progress: Progress;
  readonly calls: string[] = [];
  readonly promise: Promise<CommitOutput>;
  #resolve: (output: CommitOutput) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #events: UploadEvent[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(total: number) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.promise.catch(() => undefined);
    this.progress = {
      phase: "preuploading",
      files: { total: 1, hashed: 0, uploaded: 0, committed: 0, skipped: 0, failed: 0 },
      bytes: { total, read: 0, deduplicated: 0, sent: 0, registered: 0, committed: 0 },
      bytesPerSecond: 0,
      requests: 0,
      state: "running",
    };
  }

  pause(): void {
    this.calls.push("pause");
  }

  limitSpeed(bytesPerSecond: number | undefined): void {
    this.calls.push(`limit ${bytesPerSecond ?? "none"}`);
  }

  gentle(on: boolean): void {
    this.calls.push(on ? "gentle" : "full");
  }

  resume(): void {
    this.calls.push("resume");
  }

  abort(): void {
    this.calls.push("abort");
    this.fail(new DOMException("stopped", "AbortError"));
  }

  emit(event: UploadEvent): void {
    this.#events.push(event);
    this.#wake();
  }

  finish(output: CommitOutput): void {
    this.#ended = true;
    this.#wake();
    this.#resolve(output);
  }

  fail(error: unknown): void {
    this.#ended = true;
    this.#wake();
    this.#reject(error);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<UploadEvent, void, void> {
    for (;;) {
      for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) yield event;
      if (this.#ended) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** A folder as the browser hands it out, whose files may change. */
export class ScriptedHandle {
  readonly kind = "directory";
  readonly name: string;
  readonly files: Map<string, File>;
  /** What the browser says when it is asked, and what the person answers. */
  permission: PermissionState = "granted";
  answer: PermissionState = "granted";

  constructor(name: string, files: Record<string, string>) {
    this.name = name;
    this.files = new Map(Object.entries(files).map(([path, text]) => [path, new File([text], path)]));
  }

  /** As the types have it. */
  get handle(): FileSystemDirectoryHandle {
    return this as unknown as FileSystemDirectoryHandle;
  }

  queryPermission(): Promise<PermissionState> {
    return Promise.resolve(this.permission);
  }

  requestPermission(): Promise<PermissionState> {
    return Promise.resolve(this.answer);
  }

  getFileHandle(name: string): Promise<unknown> {
    const file = this.files.get(name);
    if (file === undefined) return Promise.reject(new DOMException("gone", "NotFoundError"));
    return Promise.resolve({ getFile: () => Promise.resolve(file) });
  }
}

/** The package, scripted. */
export class ScriptedPackage {
  readonly asked: Asked[] = [];
  readonly repos = new Set<string>();
  readonly jobs: ScriptedJob[] = [];
  role = "write";
  whoAmIError: Error | undefined;
  createError: Error | undefined;
  skipped: [path: string, by: SkipKind, rule: string][] = [];
  /** Names that ignore files name. */
  ignored = new Set<string>();
  findings: (paths: string[]) => Finding[] = () => [];
  unreadable: [path: string, error: Error][] = [];
  collectError: Error | undefined;
  /** What the package remembers of earlier pushes. */
  journals: Remembered[] = [];
  /** Keys of what it was told to forget. */
  readonly forgotten: (string | undefined)[] = [];

  /** The names of what was asked for. */
  get names(): string[] {
    return this.asked.map((one) => one.name);
  }

  /** As the model takes it. */
  get functions(): Package {
    return {
      checkFolder: this.#checkFolder,
      collectFiles: this.#collectFiles,
      createRepo: this.#createRepo,
      deleteCache: ({ key }: { key?: string } = {}) => {
        this.forgotten.push(key);
        return Promise.resolve().then(() => {
          this.journals = this.journals.filter((journal) => journal.key !== key);
        });
      },
      scanCache: () => Promise.resolve({ journals: this.journals, size: 0 }),
      repoExists: this.#repoExists,
      uploadFolder: this.#uploadFolder,
      whoAmI: this.#whoAmI,
    } as unknown as Package;
  }

  readonly #collectFiles = (
    source: readonly File[] | ReadonlyMap<string, Blob> | ScriptedHandle,
    options: {
      gitignore?: "local" | false;
      allowPatterns?: string[];
      ignorePatterns?: string[];
      onSkip?: (path: string, reason: string, skip: { by: SkipKind; rule: string }) => void;
      onError?: (path: string, error: Error) => void;
      abortSignal?: AbortSignal;
    },
  ): AsyncIterable<{ path: string; content: Blob; size: number }> => {
    if (this.collectError !== undefined) throw this.collectError;
    const { skipped, unreadable, ignored } = this;
    const files: [string, Blob][] =
      source instanceof ScriptedHandle
        ? Array.from(source.files)
        : "length" in source
          ? source.map((file) => [file.name, file])
          : Array.from(source.entries());
    // The patterns of these tests are whole names.
    const rule = (path: string): [SkipKind, string] | undefined => {
      if (options.gitignore !== false && ignored.has(path)) return ["gitignore", `.gitignore:1: ${path}`];
      if (options.ignorePatterns?.includes(path) === true) return ["patterns", path];
      return options.allowPatterns?.includes(path) === false ? ["patterns", "matches none"] : undefined;
    };
    return (async function* () {
      for (const [path, content] of files) {
        await Promise.resolve();
        options.abortSignal?.throwIfAborted();
        const [by, name] = rule(path) ?? [];
        if (by === undefined) yield { path, content, size: content.size };
        else options.onSkip?.(path, `left out by ${name ?? ""}`, { by, rule: name ?? "" });
      }
      if (source instanceof Map || options.gitignore === false) return;
      for (const [path, by, name] of skipped) options.onSkip?.(path, name, { by, rule: name });
      for (const [path, error] of unreadable) options.onError?.(path, error);
    })();
  };

  readonly #checkFolder = async (files: Iterable<{ path: string }>): Promise<Finding[]> => {
    await Promise.resolve();
    return this.findings(Array.from(files, ({ path }) => path));
  };

  readonly #whoAmI = async (params: Record<string, unknown>): Promise<unknown> => {
    this.asked.push({ name: "whoAmI", params });
    await Promise.resolve();
    if (this.whoAmIError !== undefined) throw this.whoAmIError;
    const auth = { type: "access_token", accessToken: { displayName: "test", role: this.role } };
    return { type: "user", name: "alice", orgs: [{ name: "lighthouse" }], auth };
  };

  readonly #repoExists = async (params: { repo: { name: string } }): Promise<boolean> => {
    this.asked.push({ name: "repoExists", params });
    await Promise.resolve();
    return this.repos.has(params.repo.name);
  };

  readonly #createRepo = async (params: { repo: { name: string } }): Promise<unknown> => {
    this.asked.push({ name: "createRepo", params });
    await Promise.resolve();
    if (this.createError !== undefined) throw this.createError;
    this.repos.add(params.repo.name);
    return { repoUrl: "" };
  };

  readonly #uploadFolder = (params: { folder: Map<string, Blob> }): unknown => {
    this.asked.push({ name: "uploadFolder", params });
    const total = Array.from(params.folder.values()).reduce((sum, blob) => sum + blob.size, 0);
    const job = new ScriptedJob(total);
    this.jobs.push(job);
    return Object.assign(job.promise, {
      pause: () => {
        job.pause();
      },
      resume: () => {
        job.resume();
      },
      limitSpeed: (bytesPerSecond: number | undefined) => {
        job.limitSpeed(bytesPerSecond);
      },
      gentle: (on: boolean) => {
        job.gentle(on);
      },
      abort: () => {
        job.abort();
      },
      progress: job.progress,
      [Symbol.asyncIterator]: () => job[Symbol.asyncIterator](),
    });
  };
}

/** The output of a push that made a commit of these files, or none. */
export function outputOf(states: Record<string, "added" | "updated" | "unchanged" | "ignored">): CommitOutput {
  const files = Object.entries(states).map(([path, state]) => ({ path, oid: "0", size: 1, state }));
  const commit = { oid: "4be17c9a0213f", url: "https://hub.test/commit/4be17c9a0213f" };
  const changes = files.filter(({ state }) => state === "added" || state === "updated").length;
  return {
    commit,
    commits: changes === 0 ? [] : [{ ...commit, files: changes }],
    verified: true,
    hookOutput: "",
    files,
    bytes: { total: files.length, read: files.length, deduplicated: 0, sent: changes },
  };
}
