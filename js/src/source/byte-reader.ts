/**
 * Reads a stream by numbers of bytes, straight into buffers of ours where the stream can do that.
 *
 * A default reader brings what the runtime happens to have, 4 KiB at a time in workerd; a reader with its own buffer brings as much as it is
 * asked for, at four times the speed. Buffers that come back are used again, so that a long stream makes no garbage.
 */

/** What some runtimes add to the reader with its own buffer: it waits until there is so much. */
interface PatientReader {
  readAtLeast?(least: number, view: Uint8Array): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>>;
}

type Filled = ReadableStreamReadResult<Uint8Array<ArrayBuffer>>;

/** Bytes worth waking up for. */
const LEAST_BYTES = 64 * 1024;

/** Bytes read together by whoever only wants to get past them. */
const DRAIN_BYTES = 256 * 1024;

/** Milliseconds for which such a one waits: who sends waits for the answer meanwhile. */
const DRAIN_STALL_MS = 2_000;

/** Nothing came for too long. */
export class Stalled extends Error {}

/** See the module. One read at a time. */
export class ByteReader {
  readonly #byob: (ReadableStreamBYOBReader & PatientReader) | undefined;
  readonly #plain: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  /** Of the last chunk, what nobody has asked for yet. */
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array();
  #spare: ArrayBuffer | undefined;
  #ended = false;

  #stallMs: number | undefined;

  /** Locks the stream; of which something must come every `stallMs`. */
  constructor(stream: ReadableStream<Uint8Array>, stallMs?: number) {
    this.#stallMs = stallMs;
    this.#byob = byobOf(stream);
    if (this.#byob !== undefined) return;
    this.#plain = stream.getReader() as ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  }

  /**
   * The next bytes: so many, fewer only at the end.
   *
   * Errors: what the stream throws, {@link Stalled}.
   */
  async read(length: number): Promise<Uint8Array<ArrayBuffer>> {
    let view = this.#take(length);
    let filled = 0;
    while (filled < length && !this.#ended) {
      if (this.#byob !== undefined) {
        const left = view.subarray(filled);
        const { value, done } = await this.#inTime(this.#fill(this.#byob, left));
        // The buffer went with the view, and comes back as another one; at the end of a stream that was cancelled it does not.
        if (value === undefined) {
          this.#ended = true;
          return filled === 0 ? new Uint8Array() : Promise.reject(new TypeError("the stream was cancelled"));
        }
        view = new Uint8Array(value.buffer, 0, length);
        filled += value.byteLength;
        this.#ended = done;
      } else {
        if (this.#rest.length === 0) await this.#inTime(this.#next());
        const part = this.#rest.subarray(0, length - filled);
        view.set(part, filled);
        filled += part.length;
        this.#rest = this.#rest.subarray(part.length);
      }
    }
    return view.subarray(0, filled);
  }

  /** Takes a buffer back that {@link read} has given and nobody looks at any more. */
  giveBack(bytes: Uint8Array<ArrayBuffer>): void {
    this.#spare = bytes.buffer;
  }

  /** Reads past the next bytes, up to so many, while they come. Never rejects. */
  async drain(mostBytes: number): Promise<void> {
    this.#stallMs = Math.min(this.#stallMs ?? Infinity, DRAIN_STALL_MS);
    try {
      for (let left = mostBytes; left > 0 && !this.#ended;) {
        const bytes = await this.read(Math.min(left, DRAIN_BYTES));
        left -= bytes.length;
        this.giveBack(bytes);
      }
    } catch {
      // What cannot be read is not in the way either.
    }
  }

  /** Nothing more is wanted. */
  async cancel(reason?: unknown): Promise<void> {
    this.#ended = true;
    await (this.#byob ?? this.#plain)?.cancel(reason);
  }

  #take(length: number): Uint8Array<ArrayBuffer> {
    const spare = this.#spare;
    if (spare === undefined || spare.byteLength < length) return new Uint8Array(length);
    this.#spare = undefined;
    return new Uint8Array(spare, 0, length);
  }

  async #fill(reader: ReadableStreamBYOBReader & PatientReader, view: Uint8Array<ArrayBuffer>): Promise<Filled> {
    if (reader.readAtLeast !== undefined) return await reader.readAtLeast(Math.min(view.byteLength, LEAST_BYTES), view);
    return await reader.read(view);
  }

  async #inTime<T>(reading: Promise<T>): Promise<T> {
    const ms = this.#stallMs;
    if (ms === undefined) return await reading;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Stalled(`nothing came for ${ms / 1000} s`));
      }, ms);
    });
    try {
      return await Promise.race([reading, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #next(): Promise<void> {
    const read = await this.#plain?.read();
    if (read === undefined || read.done) {
      this.#ended = true;
      return;
    }
    const chunk: unknown = read.value;
    if (!(chunk instanceof Uint8Array)) throw new TypeError("the stream brings something that is not bytes");
    this.#rest = chunk as Uint8Array<ArrayBuffer>;
  }
}

/** A reader with its own buffer, where the stream has one. */
function byobOf(stream: ReadableStream<Uint8Array>): (ReadableStreamBYOBReader & PatientReader) | undefined {
  if (stream.locked) throw new TypeError("the stream is being read already");
  try {
    return stream.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}
