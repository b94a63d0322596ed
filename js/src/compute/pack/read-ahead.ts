/**
 * The bytes of one file after the other in windows, each read while those before it are worked on.
 *
 * Invariants: windows come in the order of the files and of their bytes; what waits to be taken is bounded, by bytes and by reads in
 * flight, however many files there are; of small files many are read at once.
 */
import { streamOf, type Next } from "./file-stream.js";
import { isPlatformBlob } from "../../source/lazy.js";
import { readRange } from "../read.js";
import { release } from "../release.js";

/** What is read. */
export interface Readable {
  readonly blob: Blob;
  /** In bytes. */
  readonly size: number;
  /** The first byte that is wanted. */
  readonly from?: number | undefined;
  /** Its first bytes, or all, when they have been read; not of one whose beginning is not wanted. */
  readonly head?: Uint8Array<ArrayBuffer> | undefined;
  /** Reads the next bytes of it in place of the blob: somebody else does. */
  readonly next?: (length: number) => Promise<Uint8Array<ArrayBuffer>>;
}

/** One window. */
export interface Window<R extends Readable> {
  readonly from: R;
  readonly bytes: Promise<Uint8Array<ArrayBuffer>>;
  /** Bytes of the file up to the end of this window. */
  readonly end: number;
  /** Whether the bytes are nobody else's, so that their memory can be given back. */
  readonly isOwn: boolean;
}

interface Reading<R extends Readable> extends Window<R> {
  readonly length: number;
  isReady: boolean;
}

/** Reads in flight, and read windows that wait. */
const READS_IN_FLIGHT = 32;

/** Windows that are kept to be filled again: fresh memory costs more than the copy into it. */
const SPARE = 2;

/** See the module. */
export class ReadAhead<R extends Readable> {
  readonly #windowBytes: number;
  /** Those not read to their end. */
  readonly #files: R[] = [];
  #readings: Reading<R>[] = [];
  /** Bytes of the first file that are read, or being read. */
  #at = 0;
  /** Of the first file, when it is a large one. */
  #stream: Next | undefined;
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];

  /** Reads windows of at most that many bytes; about as many are ahead of the one that was taken. */
  constructor(windowBytes: number) {
    this.#windowBytes = windowBytes;
  }

  add(file: R): void {
    this.#files.push(file);
    if (this.#files.length === 1) this.#at = file.from ?? 0;
    this.#fill();
  }

  /** Whether the next window need not be waited for. */
  get isReady(): boolean {
    return this.#readings[0]?.isReady ?? false;
  }

  /** The next window; nothing when there is no file. */
  take(): Window<R> | undefined {
    const [first] = this.#readings.splice(0, 1);
    this.#fill();
    return first;
  }

  /** Takes the memory of a window back that was nobody else's. */
  giveBack({ buffer }: Uint8Array<ArrayBuffer>): void {
    if (buffer.byteLength === this.#windowBytes && this.#spare.length < SPARE) this.#spare.push(new Uint8Array(buffer));
    else release(buffer);
  }

  /** No more windows of this file. */
  drop(file: R): void {
    const at = this.#files.indexOf(file);
    if (at >= 0) this.#files.splice(at, 1);
    if (at === 0) this.#begin();
    this.#readings = this.#readings.filter(({ from }) => from !== file);
    this.#fill();
  }

  #fill(): void {
    let [file] = this.#files;
    while (file !== undefined && this.#hasRoom(this.#next(file))) {
      const length = this.#next(file);
      this.#start(file, length);
      this.#at += length;
      if (this.#at < file.size) continue;
      this.#files.shift();
      this.#begin();
      [file] = this.#files;
    }
  }

  /** The first file is another one. */
  #begin(): void {
    this.#stream = undefined;
    this.#at = this.#files[0]?.from ?? 0;
  }

  /** Bytes of the next window of the first file. */
  #next({ size, head }: R): number {
    const known = head?.length ?? 0;
    return this.#at < known ? known - this.#at : Math.min(size - this.#at, this.#windowBytes);
  }

  #hasRoom(length: number): boolean {
    const waiting = this.#readings.reduce((sum, { length }) => sum + length, 0);
    const count = this.#readings.length;
    return count === 0 || (count < READS_IN_FLIGHT && waiting + length <= this.#windowBytes);
  }

  #start(file: R, length: number): void {
    const { head, next } = file;
    const end = this.#at + length;
    const isHead = head !== undefined && end <= head.length;
    const bytes = isHead ? Promise.resolve(head) : next === undefined ? this.#read(file, end) : next(length);
    const isOwn = !isHead && (next !== undefined || isPlatformBlob(file.blob));
    const reading: Reading<R> = { from: file, bytes, end, isOwn, length, isReady: isHead };
    const settled = (): void => {
      reading.isReady = true;
    };
    // When the work before it fails, nobody waits for this one.
    bytes.then(settled, settled);
    this.#readings.push(reading);
  }

  /** The bytes of the first file up to that one. */
  #read({ blob, size }: R, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const at = this.#at;
    // What has no date lies in memory, where slices cost little.
    if (size - at > this.#windowBytes && isPlatformBlob(blob) && "lastModified" in blob) {
      this.#stream ??= streamOf(blob, at, size - ((size - at) % this.#windowBytes || this.#windowBytes));
    }
    if (this.#stream === undefined) return readRange(blob, at, end);
    return this.#stream((this.#spare.pop() ?? new Uint8Array(this.#windowBytes)).subarray(0, end - at), end);
  }
}
