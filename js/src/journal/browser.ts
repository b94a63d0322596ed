/** Journals of browsers: what is needed for IndexedDB is loaded only where there is one, and when a push needs it. */
import type { JournalStore } from "./store.js";

/** Opens the store; nothing where there is no IndexedDB. */
export function browserJournals(): Promise<JournalStore> | undefined {
  if (typeof indexedDB === "undefined") return undefined;
  return import("./indexed-db.js").then(({ IndexedDbJournals }) => new IndexedDbJournals());
}
