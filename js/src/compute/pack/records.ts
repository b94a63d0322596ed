/**
 * The records of a data plane on their way to the journal: appended as they come, and made short when they have grown long.
 *
 * Invariant: what is appended while they are made short stands behind the short ones.
 */

/** The part of a job's journal that belongs to the data plane. Nothing here rejects or throws; what is called in order is done in order. */
export interface PackJournal {
  /** All records of earlier runs and of this one. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
  append(bytes: Uint8Array<ArrayBuffer>): void;
  /** Resolves when all that was appended until now is written, or never will be. */
  written(): Promise<void>;
  /** Keeps these in place of all. */
  replace(bytes: Uint8Array<ArrayBuffer>): void;
  /** What was read cannot be used; it will be replaced. */
  setAside(): void;
}

/** Bytes from which on records are made short: those of some 60 GB that were packed. */
const LONG_BYTES = 32 * 1024 * 1024;

/** See the module. */
export class Records {
  readonly #journal: PackJournal;
  readonly #leastBytes: number;
  #bytes = 0;
  #longBytes: number;
  /** What came while they are made short. */
  #held: Uint8Array<ArrayBuffer>[] | undefined;

  /** `longBytes`: from which on they are made short. */
  constructor(journal: PackJournal, longBytes = LONG_BYTES) {
    this.#journal = journal;
    this.#leastBytes = longBytes;
    this.#longBytes = longBytes;
  }

  /** Hands over what earlier runs have left; `restore` brings what is better to be kept. Whether there was anything. */
  async restore(
    restore: (
      bytes: Uint8Array<ArrayBuffer>,
    ) => Promise<{ better: Uint8Array<ArrayBuffer> | undefined; isBroken: boolean } | undefined>,
  ): Promise<boolean> {
    const bytes = await this.#journal.read();
    const { length } = bytes;
    const restored = await restore(bytes);
    if (restored?.isBroken === true) this.#journal.setAside();
    if (restored?.better !== undefined) this.#journal.replace(restored.better);
    this.#bytes = restored?.better?.length ?? length;
    return this.#bytes > 0;
  }

  append(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes += bytes.length;
    if (this.#held === undefined) this.#journal.append(bytes);
    else this.#held.push(bytes);
  }

  /** Resolves when all that was given until now is written, or never will be; what came while they are made short is not waited for. */
  written(): Promise<void> {
    return this.#journal.written();
  }

  /** Makes them short when they are long, by `shorten`, which may bring nothing. */
  async shorten(
    shorten: (bytes: Uint8Array<ArrayBuffer>, mostBytes: number) => Promise<Uint8Array<ArrayBuffer> | undefined>,
  ): Promise<void> {
    if (this.#bytes < this.#longBytes || this.#held !== undefined) return;
    this.#held = [];
    const short = await shorten(await this.#journal.read(), this.#leastBytes / 2);
    const held = this.#held;
    this.#held = undefined;
    if (short !== undefined) {
      this.#journal.replace(short);
      this.#bytes = short.length + held.reduce((sum, { length }) => sum + length, 0);
    }
    this.#longBytes = Math.max(this.#leastBytes, 2 * this.#bytes);
    for (const bytes of held) this.#journal.append(bytes);
  }
}
