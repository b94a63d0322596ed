/**
 * Opens the journal of one push: whose it is, under which name, in which store, and not while somebody else has it.
 *
 * Invariant: a journal that cannot be kept never fails its push; that is told once.
 */
import { engine } from "../engine.js";
import { toError } from "../errors.js";
import { checkTexts, compact, HUB_URL, hubSpec, type RepoDesignation, type RepoId } from "../hub/params.js";
import { platform } from "../platform.js";
import type { Control } from "../upload/job.js";
import type { PushParams } from "../upload/push.js";
import { Sha256Hasher } from "../wasm/core.js";
import { Keeper, type Done } from "./keeper.js";
import { takeLock } from "./lock.js";
import type { JournalAbout, JournalStore } from "./store.js";
import { chooseStore } from "./stores.js";
import { userOf } from "./user.js";

/** How a push is kept, so that it can be continued. */
export interface ResumeOptions {
  /** Where its journal is kept. @default IndexedDB in browsers, files beside the Hub's cache in runtimes with a disk */
  store?: JournalStore | undefined;
  /** What the folder is called, for `scanCache`. */
  folderName?: string | undefined;
  /** The folder itself, for `scanCache`: kept where the store can. */
  handle?: FileSystemDirectoryHandle | undefined;
  /** Whatever else the caller wants to find again with `scanCache`; no secrets. */
  note?: unknown;
}

/** What a push wants to be remembered by. */
export interface Wish {
  readonly resume: boolean | ResumeOptions;
  readonly pathInRepo: string | undefined;
  readonly title: string | undefined;
}

/** What the push holds. */
export interface Totals {
  readonly files: number;
  readonly bytes: number;
}

/** What is told when nobody can go on with this push after the program has ended. */
const LIMITED =
  "What is done cannot be kept on this device, as in a private window, so a push that is cut off begins anew";

/** What is told while another push has the journal. */
const WAITING = "The same push is under way elsewhere on this device; this one goes on when that has ended";

/** Opens the journal; nothing where none is kept. Rejects with the signal's reason alone. */
export async function openKeeper(
  params: PushParams,
  wish: Wish,
  totals: Totals,
  done: () => Done | undefined,
  { signal, emit }: Control,
): Promise<Keeper | undefined> {
  const options = typeof wish.resume === "object" ? wish.resume : {};
  const warn = (code: string, message: string): void => {
    emit({ event: "warning", code, message, paths: [] });
  };
  try {
    const chosen = options.store === undefined ? await chooseStore() : { store: options.store, isLimited: false };
    if (chosen === undefined) return undefined;
    const { store, isLimited } = chosen;
    if (isLimited) warn("resume_limited", LIMITED);
    const about = describe(params, wish, options, totals);
    const key = await nameOf(about, await userOf(params));
    signal.throwIfAborted();
    const lock = platform().lock ?? takeLock;
    const unlock = await lock(
      `hubferry:${key}`,
      () => {
        warn("waiting_for_other_push", WAITING);
      },
      signal,
    );
    try {
      signal.throwIfAborted();
      const journal = await store.open(key, about);
      const { startedAt: _, ...news } = about;
      await journal.describe(news);
      signal.throwIfAborted();
      return new Keeper(journal, unlock, done);
    } catch (error) {
      unlock();
      throw error;
    }
  } catch (error) {
    signal.throwIfAborted();
    const { message } = toError(error);
    warn(
      "journal_failed",
      `What is done cannot be kept on this device, so a push that is cut off begins anew (${message})`,
    );
    return undefined;
  }
}

type About = Omit<JournalAbout, "key" | "size">;

function describe(
  params: PushParams,
  { pathInRepo = "", title }: Wish,
  { folderName, handle, note }: ResumeOptions,
  totals: Totals,
): About {
  const { hubUrl = HUB_URL } = hubSpec(params);
  const { branch = "main", isPullRequest = false } = params;
  const now = Date.now();
  const target = { hubUrl, repo: repoOf(params.repo), branch, isPullRequest, pathInRepo };
  const named = compact({ ...checkTexts({ title, folderName }), handle, note });
  return { ...target, ...totals, ...named, doneFiles: 0, doneBytes: 0, startedAt: now, updatedAt: now };
}

/** A repo however it was given: its type is the beginning of its full name. */
function repoOf(repo: RepoDesignation): RepoId {
  if (typeof repo !== "string") return repo;
  const types = ["model", "dataset", "space", "bucket", "kernel"] as const;
  const type = types.find((type) => repo.startsWith(`${type}s/`));
  return type === undefined ? { type: "model", name: repo } : { type, name: repo.slice(type.length + 2) };
}

/** The name of a journal: pushes that go on with each other have the same. */
async function nameOf({ hubUrl, repo, branch, isPullRequest, pathInRepo }: About, user: string): Promise<string> {
  await engine();
  const hasher = new Sha256Hasher();
  try {
    const parts = [hubUrl, repo.type, repo.name, isPullRequest === true ? "" : branch, pathInRepo, user];
    hasher.update(new TextEncoder().encode(JSON.stringify(parts)));
    return hasher.digest();
  } finally {
    hasher.free();
  }
}
