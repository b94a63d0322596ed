/** What pushes have left on this device, and how to clear it. */
import { openStores } from "./stores.js";
import type { JournalAbout } from "./store.js";

/** Everything that is kept. */
export interface ScannedCache {
  /** Pushes that did not end well, the one that was last under way first. */
  journals: JournalAbout[];
  /** Bytes that they take. */
  size: number;
}

/**
 * Lists the pushes that can be continued on this device: each was cut off, failed or was stopped. Give the same folder and options
 * to `uploadFolder` again, and it goes on.
 *
 * @example
 * const { journals, size } = await scanCache();
 */
export async function scanCache(): Promise<ScannedCache> {
  const lists = await Promise.all((await openStores()).map((store) => store.list()));
  const journals = lists.flat().sort((one, other) => other.updatedAt - one.updatedAt);
  return { journals, size: journals.reduce((sum, { size }) => sum + size, 0) };
}

/**
 * Forgets what is kept of one push, or of all. A push that is under way goes on without.
 *
 * @example
 * await deleteCache({ key: journals[0].key });
 */
export async function deleteCache({ key }: { key?: string | undefined } = {}): Promise<void> {
  for (const store of await openStores()) {
    const keys = key === undefined ? (await store.list()).map((about) => about.key) : [key];
    for (const one of keys) await store.delete(one);
  }
}
