/**
 * A `Blob` whose bytes the platform does not hold: they are read, range by range, when somebody asks.
 *
 * To code in this realm it is a `Blob` like any other: `slice`, `stream`, `arrayBuffer`, `text`, `size`. To the platform it
 * is an empty one: it can neither be posted to a worker, nor become part of another `Blob`, nor be sent by a browser.
 * {@link isPlatformBlob} tells such blobs, also those of other packages, from the platform's own.
 */

/** Reads ranges of something; `start..end` is half-open. */
export interface RangeReader {
  /** Resolves with exactly as many bytes as asked for. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Opens a stream of the range, where that is better than reading piece by piece. */
  stream?(start: number, end: number): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
}

/** Bytes per read of a stream. */
const STREAM_WINDOW = 1024 * 1024;

/** A range of something that is read on demand. */
export class LazyBlob extends Blob {
  readonly #reader: RangeReader;
  readonly #start: number;
  readonly #end: number;

  /** Bytes `start..end` of what the reader reads. */
  constructor(reader: RangeReader, start: number, end: number) {
    super([]);
    this.#reader = reader;
    this.#start = start;
    this.#end = end;
  }

  override get size(): number {
    return this.#end - this.#start;
  }

  override slice(start = 0, end = this.size): LazyBlob {
    const from = this.#offset(start);
    return new LazyBlob(this.#reader, from, Math.max(from, this.#offset(end)));
  }

  override async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.size === 0 ? new Uint8Array() : await this.#reader.read(this.#start, this.#end);
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = await this.bytes();
    return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
  }

  override async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    if (this.#reader.stream !== undefined && this.size > 0) return this.#passed(this.#reader.stream.bind(this.#reader));
    const pieces = this.#pieces();
    return new ReadableStream({
      pull: async (controller) => {
        const { done, value } = await pieces.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => {
        await pieces.return();
      },
    });
  }

  /** The reader's own stream, opened when somebody reads; a cancellation goes through at once. */
  #passed(open: NonNullable<RangeReader["stream"]>): ReadableStream<Uint8Array<ArrayBuffer>> {
    let inner: Promise<ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>> | undefined;
    return new ReadableStream({
      pull: async (controller) => {
        inner ??= open(this.#start, this.#end).then((stream) => stream.getReader());
        const { done, value } = await (await inner).read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async (reason) => {
        await (await inner)?.cancel(reason);
      },
    });
  }

  async *#pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    for (let at = this.#start; at < this.#end; at += STREAM_WINDOW) {
      yield await this.#reader.read(at, Math.min(at + STREAM_WINDOW, this.#end));
    }
  }

  /** The platform's rules for the arguments of `slice`: negative ones count from the end. */
  #offset(relative: number): number {
    const offset = relative < 0 ? this.size + relative : relative;
    return this.#start + Math.trunc(Math.min(Math.max(offset, 0), this.size));
  }
}

/** Whether the platform itself holds the bytes of this blob. */
export function isPlatformBlob(blob: Blob): boolean {
  const prototype = Object.getPrototypeOf(blob) as Blob;
  if (prototype === Blob.prototype || (typeof File === "function" && prototype === File.prototype)) return true;
  // One from another window has another prototype of the same name.
  return !(blob instanceof Blob) && /^(?:Blob|File)$/.test(prototype.constructor.name);
}
