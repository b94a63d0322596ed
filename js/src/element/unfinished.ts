/**
 * Pushes that began on this device and have not ended: what the package remembers of them, as the person is shown it.
 *
 * Invariants: only pushes to the Hub in use are listed, the latest first, and only those that an element made; whatever cannot be read is not
 * listed. Nothing is asked of the Hub.
 */
import type { Package, Remembered } from "./package.js";
import { readNote, type PushNote } from "./push-note.js";

/** A push that can be continued. */
export interface UnfinishedPush extends PushNote {
  readonly key: string;
  /** The repo's id. */
  readonly repo: string;
  /** The folder whose contents were pushed, when it was one. */
  readonly folder: string | undefined;
  readonly files: number;
  readonly bytes: number;
  readonly doneFiles: number;
  readonly doneBytes: number;
  /** When it was last heard of, in milliseconds since 1970. */
  readonly heardAt: number;
  /** By which its folder can be read again, where the browser keeps one. */
  readonly handle: FileSystemDirectoryHandle | undefined;
  /** Whether it goes on in another tab. */
  readonly running: boolean;
}

/** The name of the lock that a running push holds. */
const LOCK = "hubferry:";

/** The list of them. */
export class Unfinished {
  pushes: readonly UnfinishedPush[] = [];
  readonly #hub: Pick<Package, "scanCache" | "deleteCache">;
  readonly #changed: () => void;
  #asked = 0;

  constructor(hub: Pick<Package, "scanCache" | "deleteCache">, changed: () => void) {
    this.#hub = hub;
    this.#changed = changed;
  }

  /** Looks what there is. Never rejects. */
  async look(hubUrl: string): Promise<void> {
    const asked = ++this.#asked;
    let pushes: UnfinishedPush[] = [];
    try {
      const { journals } = await this.#hub.scanCache();
      const held = await heldLocks();
      pushes = journals
        .filter((each) => sameHub(each.hubUrl, hubUrl))
        .flatMap((each) => read(each, held) ?? [])
        .sort((a, b) => b.heardAt - a.heardAt);
    } catch {
      // Where nothing is kept (a private window, storage that was refused) nothing can be continued.
    }
    if (asked !== this.#asked) return;
    this.pushes = pushes;
    this.#changed();
  }

  /** Forgets a push for good. It is listed until that is done: what is not listed does not come back with a reload. Never rejects. */
  async discard({ key }: UnfinishedPush, hubUrl: string): Promise<void> {
    await this.#hub.deleteCache({ key }).catch(() => undefined);
    await this.look(hubUrl);
  }
}

function read(about: Remembered, held: ReadonlySet<string>): UnfinishedPush | undefined {
  const note = readNote(about.note);
  if (note === undefined) return undefined;
  const { key, files, bytes, doneFiles, doneBytes, folderName, handle, updatedAt } = about;
  return {
    ...note,
    key,
    repo: note.form.name,
    folder: folderName,
    files,
    bytes,
    doneFiles: Math.min(doneFiles, files),
    doneBytes: Math.min(doneBytes, bytes),
    heardAt: updatedAt,
    handle,
    running: held.has(LOCK + key),
  };
}

async function heldLocks(): Promise<ReadonlySet<string>> {
  const { navigator } = globalThis as { navigator?: Partial<Navigator> };
  const { held = [] } = (await navigator?.locks?.query()) ?? {};
  return new Set(held.flatMap(({ name }) => name ?? []));
}

function sameHub(a: string, b: string): boolean {
  const bare = (url: string): string => url.replace(/\/+$/, "");
  return bare(a) === bare(b);
}
