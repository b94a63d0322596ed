/** Journals in memory: for where nothing outlives the page, and for tests. */
import { joined, type Journal, type JournalAbout, type JournalStore, type StreamName } from "./store.js";

interface Kept {
  about: Omit<JournalAbout, "size">;
  readonly streams: Record<StreamName, Uint8Array<ArrayBuffer>[]>;
}

/** See the module. */
export class MemoryJournals implements JournalStore {
  readonly #kept = new Map<string, Kept>();

  open(key: string, about: Omit<JournalAbout, "key" | "size">): Promise<Journal> {
    const kept = this.#kept.get(key) ?? { about: { ...about, key }, streams: { control: [], pack: [] } };
    this.#kept.set(key, kept);
    const { streams } = kept;
    return Promise.resolve({
      read: (stream) => Promise.resolve(joined(streams[stream])),
      append: (stream, bytes) => {
        streams[stream].push(bytes.slice());
        return Promise.resolve();
      },
      replace: (stream, bytes) => {
        streams[stream] = [bytes.slice()];
        return Promise.resolve();
      },
      describe: (news) => {
        kept.about = { ...kept.about, ...news };
        return Promise.resolve();
      },
      delete: () => this.delete(key),
      close: () => Promise.resolve(),
    });
  }

  list(): Promise<JournalAbout[]> {
    const size = ({ streams }: Kept): number =>
      [...streams.control, ...streams.pack].reduce((sum, { length }) => sum + length, 0);
    return Promise.resolve([...this.#kept.values()].map((kept) => ({ ...kept.about, size: size(kept) })));
  }

  delete(key: string): Promise<void> {
    this.#kept.delete(key);
    return Promise.resolve();
  }
}
