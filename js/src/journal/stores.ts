/** Which store this runtime has. */
import { platform } from "../platform.js";
import { MemoryJournals } from "./memory.js";
import type { JournalStore } from "./store.js";

/** What the device keeps nothing of. */
const inMemory = new MemoryJournals();
let opened: Promise<JournalStore> | undefined;

/** The runtime's store, and whether it forgets with the program; nothing where journals are of no use. */
export async function chooseStore(): Promise<{ store: JournalStore; isLimited: boolean } | undefined> {
  try {
    opened ??= platform().journals?.();
    if (opened === undefined) return undefined;
    const store = await opened;
    // A private window has a place for journals, and refuses to use it.
    await store.list();
    return { store, isLimited: false };
  } catch {
    opened = undefined;
    return { store: inMemory, isLimited: true };
  }
}

/** All stores that may hold something. */
export async function openStores(): Promise<JournalStore[]> {
  const chosen = await chooseStore();
  return chosen === undefined || chosen.store === inMemory ? [inMemory] : [chosen.store, inMemory];
}
