/**
 * Journals as files, for runtimes with a disk: a folder each, beside what other clients of the Hub keep. Only this user may read them.
 *
 * Invariants: a stream only grows, or is replaced whole; whoever is killed while writing leaves a cut end, which readers cut off.
 */
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Journal, JournalAbout, JournalStore, StreamName } from "../journal/store.js";

type Said = Omit<JournalAbout, "key" | "size" | "handle">;

/** The folder of all journals: `$HF_HOME/hubferry`, else beside the user's cache. */
export function journalsFolder(environment: Record<string, string | undefined> = process.env): string {
  const cache = environment["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return join(environment["HF_HOME"] ?? join(cache, "huggingface"), "hubferry");
}

/** See the module. */
export class FileJournals implements JournalStore {
  readonly #folder: () => string;

  /** `folder` is asked each time, as what it rests on may change. */
  constructor(folder: () => string = journalsFolder) {
    this.#folder = folder;
  }

  async open(key: string, about: Omit<JournalAbout, "key" | "size">): Promise<Journal> {
    const folder = this.#at(key);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const said = (await readAbout(folder)) ?? about;
    const journal = new FileJournal(folder, said);
    await journal.describe({});
    return journal;
  }

  async list(): Promise<JournalAbout[]> {
    const names = await readdir(this.#folder()).catch(() => []);
    const found = await Promise.all(
      names.map(async (key): Promise<JournalAbout | undefined> => {
        const folder = join(this.#folder(), key);
        const said = await readAbout(folder);
        if (said === undefined) return undefined;
        const sizes = await Promise.all([sizeOf(join(folder, "control")), sizeOf(join(folder, "pack"))]);
        return { ...said, key, size: sizes[0] + sizes[1] };
      }),
    );
    return found.filter((about) => about !== undefined);
  }

  async delete(key: string): Promise<void> {
    await rm(this.#at(key), { recursive: true, force: true });
  }

  #at(key: string): string {
    if (!/^[\w-]+$/.test(key)) throw new Error(`${JSON.stringify(key)} is no name of a journal`);
    return join(this.#folder(), key);
  }
}

class FileJournal implements Journal {
  readonly #folder: string;
  #said: Said;
  /** The end of what is being written: one write after the other. */
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string, said: Said) {
    this.#folder = folder;
    this.#said = said;
  }

  async read(stream: StreamName): Promise<Uint8Array<ArrayBuffer>> {
    await this.#writing.catch(() => undefined);
    try {
      return new Uint8Array(await readFile(join(this.#folder, stream)));
    } catch (error) {
      if (isMissing(error)) return new Uint8Array(0);
      throw error;
    }
  }

  append(stream: StreamName, bytes: Uint8Array<ArrayBuffer>, durable = false): Promise<void> {
    return this.#next(async () => {
      const file = await open(join(this.#folder, stream), "a", 0o600);
      try {
        await file.writeFile(bytes);
        if (durable) await file.datasync();
      } finally {
        await file.close();
      }
    });
  }

  replace(stream: StreamName, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#next(() => put(join(this.#folder, stream), bytes));
  }

  describe(news: Partial<Omit<JournalAbout, "key" | "size">>): Promise<void> {
    return this.#next(async () => {
      // A folder of a page's does not come here.
      const { handle: _, ...said } = { ...this.#said, updatedAt: Date.now(), ...news } as Said & { handle?: unknown };
      this.#said = said;
      await put(join(this.#folder, "about.json"), Buffer.from(JSON.stringify(said)));
    });
  }

  async delete(): Promise<void> {
    await this.#next(() => rm(this.#folder, { recursive: true, force: true }));
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => undefined);
  }

  #next(write: () => Promise<void>): Promise<void> {
    const done = this.#writing.catch(() => undefined).then(write);
    this.#writing = done;
    return done;
  }
}

/** Writes a file, all or nothing. */
async function put(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(`${path}.new`, "w", 0o600);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

async function readAbout(folder: string): Promise<Said | undefined> {
  try {
    const said: unknown = JSON.parse(await readFile(join(folder, "about.json"), "utf8"));
    return typeof said === "object" && said !== null ? (said as Said) : undefined;
  } catch {
    return undefined;
  }
}

async function sizeOf(path: string): Promise<number> {
  return await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
