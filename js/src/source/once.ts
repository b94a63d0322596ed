/**
 * A file whose bytes come once and in order: a stream, in a runtime that has no place to keep it meanwhile.
 *
 * Invariants: what has passed is gone, but for its beginning, which is small; the last bytes are given only when the stream has ended where
 * its size says, and has the digest that was promised, if anybody relied on it. So a stream that is cut or wrong becomes no whole file.
 */
import { ByteReader, Stalled } from "./byte-reader.js";
import { readFailureOf } from "./failure.js";
import { LazyBlob, type RangeReader } from "./lazy.js";
import { rememberOrigin } from "./origin.js";
import type { PassingBytes } from "./source.js";
import { rememberRelease } from "./spool.js";
import { hashingHere } from "../compute/here.js";
import type { Hasher } from "../compute/lane.js";
import { fromFailure } from "../errors.js";
import type { FailureView } from "../wire.js";

/** What is known of it beforehand. */
export interface Promised {
  /** In bytes. */
  readonly size: number;
  /** Lower-case hex. Without, only a store that wants no digest beforehand can take the file. */
  readonly sha256?: string | undefined;
  /** Milliseconds in which some of it must come. @default for ever */
  readonly stallMs?: number | undefined;
  /** Whether it is left open when its push ends, for {@link Once.drain}. @default false */
  readonly staysOpen?: boolean | undefined;
}

/** What was wrong with a stream. */
export type Trouble =
  /** It ended early. */
  | "short"
  /** It goes on after its size. */
  | "long"
  /** It has another digest than was promised. */
  | "digest"
  /** Its bytes were wanted once more, because a store had failed. */
  | "spent"
  /** Its digest was wanted beforehand, and nobody had given it. */
  | "unpromised"
  /** Nothing came for too long. */
  | "stalled"
  /** It failed itself. */
  | "broken";

/** Bytes of the beginning that may be read again: what is looked at to sort a file. */
const HEAD_BYTES = 64 * 1024;

/** See the module. */
export class Once implements RangeReader, PassingBytes {
  readonly size: number;
  /** What was wrong, once something was. */
  trouble: Trouble | undefined;
  readonly #sha256: string | undefined;
  readonly #staysOpen: boolean;
  readonly #reader: ByteReader;
  #head = new Uint8Array();
  #at = 0;
  #failure: FailureView | undefined;
  #hasher: Hasher | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** Locks the stream. */
  constructor(stream: ReadableStream<Uint8Array>, { size, sha256, stallMs, staysOpen = false }: Promised) {
    this.size = size;
    this.#sha256 = sha256;
    this.#staysOpen = staysOpen;
    this.#reader = new ByteReader(stream, stallMs);
  }

  /** The same, for the engine. */
  get failure(): FailureView | undefined {
    return this.#failure;
  }

  /** As {@link RangeReader.read}; reads that are asked for together are done in their order. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const reading = this.#turn.then(() => this.#read(start, end));
    this.#turn = reading.catch(() => undefined);
    return reading;
  }

  giveBack(bytes: Uint8Array<ArrayBuffer>): void {
    this.#reader.giveBack(bytes);
  }

  relyOnDigest(): string {
    if (this.#sha256 === undefined) {
      throw this.#fail("unpromised", {
        code: "unsupported",
        message: "its bytes come once, and its SHA-256 is wanted before they are sent: give it",
      });
    }
    if (this.#hasher === undefined) {
      if (this.#at > this.#head.length) throw this.#spent();
      this.#hasher = hashingHere().sha256();
      this.#hasher.update(this.#head);
    }
    return this.#sha256;
  }

  checkDigest(sha256: string): FailureView | undefined {
    if (this.#sha256 === undefined || this.#sha256 === sha256) return undefined;
    this.#fail("digest", wrongDigest(sha256, this.#sha256));
    return this.#failure;
  }

  /** Reads past what is left, up to so many bytes, and lets go of the stream. Never rejects. */
  async drain(mostBytes: number): Promise<void> {
    if (this.trouble !== "stalled") {
      await this.#turn;
      await this.#reader.drain(mostBytes);
    }
    await this.#reader.cancel().catch(() => undefined);
  }

  /** Nothing more is wanted. Never rejects. */
  async end(): Promise<void> {
    this.#hasher?.free();
    this.#hasher = undefined;
    if (!this.#staysOpen) await this.#reader.cancel().catch(() => undefined);
  }

  async #read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#failure !== undefined) throw fromFailure(this.#failure);
    const isAgain = start < this.#at && this.#at > this.#head.length;
    if (isAgain || start > this.#at) throw this.#spent();
    const known = this.#head.subarray(start, end);
    const wanted = end - this.#at;
    if (wanted <= 0) return known.slice();
    const fresh = await this.#take(wanted);
    if (known.length === 0) return fresh;
    const all = new Uint8Array(known.length + fresh.length);
    all.set(known);
    all.set(fresh, known.length);
    return all;
  }

  /** The next bytes, all of them. */
  async #take(wanted: number): Promise<Uint8Array<ArrayBuffer>> {
    let bytes;
    try {
      bytes = await this.#reader.read(wanted);
    } catch (error) {
      throw error instanceof Stalled
        ? this.#fail("stalled", { code: "timeout", message: error.message })
        : this.#fail("broken", readFailureOf(error));
    }
    const isBeginning = this.#at === this.#head.length && this.#at + bytes.length <= HEAD_BYTES;
    if (isBeginning) {
      const head = new Uint8Array(this.#at + bytes.length);
      head.set(this.#head);
      head.set(bytes, this.#at);
      this.#head = head;
    }
    this.#at += bytes.length;
    this.#hasher?.update(bytes);
    if (bytes.length < wanted) {
      const message = `it ended after ${this.#at} bytes, its size says ${this.size}`;
      throw this.#fail("short", { code: "file_changed", message });
    }
    if (this.#at === this.size) await this.#close();
    return bytes;
  }

  /** All has come: looks whether it is what was promised. */
  async #close(): Promise<void> {
    if (await this.#goesOn()) {
      throw this.#fail("long", {
        code: "file_changed",
        message: `it goes on after the ${this.size} bytes of its size`,
      });
    }
    const found = this.#hasher?.digest();
    if (found !== undefined && found !== this.#sha256) {
      throw this.#fail("digest", wrongDigest(found, this.#sha256 ?? ""));
    }
  }

  /** Whether more comes after what should be the end; what fails there is missed by nobody. */
  async #goesOn(): Promise<boolean> {
    try {
      return (await this.#reader.read(1)).length > 0;
    } catch {
      return false;
    }
  }

  #spent(): Error {
    return this.#fail("spent", {
      code: "file_unreadable",
      message: "its bytes come once, have passed, and would be needed again: send it once more",
    });
  }

  /** The first trouble stays. */
  #fail(trouble: Trouble, failure: FailureView): Error {
    if (this.#failure === undefined) {
      this.#failure = failure;
      this.trouble = trouble;
    }
    return fromFailure(this.#failure);
  }
}

/** A blob over it, and its slices. */
export class OnceBlob extends LazyBlob {
  readonly once: Once;

  constructor(once: Once) {
    super(once, 0, once.size);
    this.once = once;
    rememberRelease(this, () => once.end());
    const taken = { size: once.size, lastModified: undefined };
    rememberOrigin(this, taken, () =>
      once.failure === undefined ? Promise.resolve(taken) : Promise.reject(fromFailure(once.failure)),
    );
  }

  override slice(start?: number, end?: number): LazyBlob {
    return Object.assign(super.slice(start, end), { once: this.once });
  }
}

function wrongDigest(found: string, promised: string): FailureView {
  return { code: "file_changed", message: `it has the sha256 ${found}, but ${promised} was given` };
}
