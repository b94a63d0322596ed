/**
 * Journals in IndexedDB, for browsers.
 *
 * Records stand one by one under (journal, stream, number), so that adding one writes nothing else; what a journal is about stands
 * apart from them, so that a list reads no records.
 */
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from "../vendor/idb.js";
import { joined, type Journal, type JournalAbout, type JournalStore, type StreamName } from "./store.js";

const NAME = "hubferry";
const VERSION = 1;

interface Schema extends DBSchema {
  journals: { key: string; value: JournalAbout };
  records: { key: [journal: string, stream: StreamName, number: number]; value: Uint8Array<ArrayBuffer> };
}

type Db = IDBPDatabase<Schema>;
type Change = IDBPTransaction<Schema, ["journals", "records"], "readwrite">;

/** All records of a journal, or of one of its streams: an empty list sorts behind every text and number. */
const range = (...path: [string] | [string, StreamName]): IDBKeyRange => IDBKeyRange.bound(path, [...path, []]);

/** See the module. */
export class IndexedDbJournals implements JournalStore {
  #db: Promise<Db> | undefined;

  /** Errors: whatever the browser says, as in private windows that keep nothing. */
  async open(key: string, about: Omit<JournalAbout, "key" | "size">): Promise<Journal> {
    const db = await this.#open();
    const tx = db.transaction("journals", "readwrite");
    tx.done.catch(() => undefined);
    if ((await tx.store.get(key)) === undefined) await tx.store.put({ ...about, key, size: 0 });
    await tx.done;
    return new IndexedDbJournal(() => this.#open(), key);
  }

  async list(): Promise<JournalAbout[]> {
    return await (await this.#open()).getAll("journals");
  }

  async delete(key: string): Promise<void> {
    const tx = (await this.#open()).transaction(["journals", "records"], "readwrite");
    await Promise.all([tx.objectStore("journals").delete(key), tx.objectStore("records").delete(range(key)), tx.done]);
  }

  /** The database, opened again when the browser or another version of this package had it closed. */
  #open(): Promise<Db> {
    const lost = (): void => {
      this.#db = undefined;
    };
    this.#db ??= openDB<Schema>(NAME, VERSION, {
      upgrade(db) {
        db.createObjectStore("journals", { keyPath: "key" });
        db.createObjectStore("records");
      },
      blocking(_now, _wanted, event) {
        lost();
        (event.target as IDBDatabase).close();
      },
      terminated: lost,
    });
    this.#db.catch(lost);
    return this.#db;
  }
}

class IndexedDbJournal implements Journal {
  readonly #db: () => Promise<Db>;
  readonly #key: string;

  constructor(db: () => Promise<Db>, key: string) {
    this.#db = db;
    this.#key = key;
  }

  async read(stream: StreamName): Promise<Uint8Array<ArrayBuffer>> {
    return joined(await (await this.#db()).getAll("records", range(this.#key, stream)));
  }

  async append(stream: StreamName, bytes: Uint8Array<ArrayBuffer>, durable = false): Promise<void> {
    await this.#change(durable, async (tx) => {
      const records = tx.objectStore("records");
      const last = await records.openKeyCursor(range(this.#key, stream), "prev");
      await records.put(bytes, [this.#key, stream, (last?.key[2] ?? 0) + 1]);
      return bytes.length;
    });
  }

  async replace(stream: StreamName, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#change(true, async (tx) => {
      const records = tx.objectStore("records");
      const old = joined(await records.getAll(range(this.#key, stream))).length;
      await records.delete(range(this.#key, stream));
      await records.put(bytes, [this.#key, stream, 1]);
      return bytes.length - old;
    });
  }

  async describe(news: Partial<Omit<JournalAbout, "key" | "size">>): Promise<void> {
    await this.#change(false, () => Promise.resolve(0), news);
  }

  async delete(): Promise<void> {
    const tx = (await this.#db()).transaction(["journals", "records"], "readwrite");
    await Promise.all([
      tx.objectStore("journals").delete(this.#key),
      tx.objectStore("records").delete(range(this.#key)),
      tx.done,
    ]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Changes records, by so many bytes, and what is said of the journal, all or nothing. One that was deleted is not begun again. */
  async #change(
    durable: boolean,
    change: (tx: Change) => Promise<number>,
    news: Partial<JournalAbout> = {},
  ): Promise<void> {
    const db = await this.#db();
    const tx = db.transaction(["journals", "records"], "readwrite", { durability: durable ? "strict" : "relaxed" });
    // When a change fails, it is the change that is told of.
    tx.done.catch(() => undefined);
    const about = await tx.objectStore("journals").get(this.#key);
    if (about !== undefined) {
      const grown = await change(tx);
      const size = about.size + grown;
      await tx.objectStore("journals").put({ ...about, updatedAt: Date.now(), ...news, size });
    }
    await tx.done;
  }
}
