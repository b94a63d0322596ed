/**
 * Many small pieces of bytes on their way into one blob of few parts: platforms read a blob part by part, and thousands of
 * parts take them longer than the bytes.
 */

/** Bytes copied together into one part. */
const PART_BYTES = 1024 * 1024;

/** A blob under construction. */
export class Gathering {
  readonly #parts: Blob[] = [];
  readonly #buffer = new Uint8Array(PART_BYTES);
  #filled = 0;

  /** Appends bytes, which may be changed afterwards. */
  add(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length > this.#buffer.length - this.#filled) this.#flush();
    if (bytes.length > this.#buffer.length) {
      this.#parts.push(new Blob([bytes]));
      return;
    }
    this.#buffer.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  /** Appends a blob by reference. */
  addBlob(blob: Blob): void {
    this.#flush();
    this.#parts.push(blob);
  }

  /** Everything, without a type. */
  finish(): Blob {
    this.#flush();
    return new Blob(this.#parts);
  }

  /** A new blob copies what it is made of, so the buffer is used again. */
  #flush(): void {
    if (this.#filled > 0) this.#parts.push(new Blob([this.#buffer.subarray(0, this.#filled)]));
    this.#filled = 0;
  }
}
