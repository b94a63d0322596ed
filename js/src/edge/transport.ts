/**
 * Requests by `fetch` in workerd, whose rules for bodies are its own.
 *
 * A body that lies in the engine's memory, or is read as it is sent, goes piece by piece through a stream of fixed length: so it has a
 * `Content-Length`, which stores insist on; nothing is copied as a whole; and one that ends early breaks the request instead of becoming a
 * shorter object. Redirects are followed by workerd, which keeps credentials from other origins from the compatibility date 2025-09-01 on.
 * Invariant: memory that may have grown is looked at anew before each piece.
 */
import { engineMemory } from "./memory.js";
import { Slots } from "./slots.js";
import { readRange } from "../compute/read.js";
import { isPlatformBlob } from "../source/lazy.js";
import { passingBytes } from "../source/source.js";
import type { Fetch } from "../transport/fetch.js";
import type { Answer, Outgoing, Sending, Transport } from "../transport/transport.js";

/** Bytes of a body that are on their way at a time. */
const PIECE_BYTES = 512 * 1024;

/** What workerd adds to the streams of the platform. */
type FixedLength = new (length: number) => TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>;

/** The next bytes of a body, valid until the next call. */
type Pieces = (start: number, end: number) => Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>;

/** A body that is made while it is sent. */
interface Made {
  readonly length: number;
  readonly pieces: Pieces;
  readonly done: (piece: Uint8Array<ArrayBuffer>) => void;
}

/** See the module. For one push. */
export class EdgeTransport implements Transport {
  readonly #fetch: Fetch;
  readonly #slots = new Slots();

  constructor(fetch: Fetch | undefined) {
    const chosen = fetch ?? globalThis.fetch;
    this.#fetch = (input, init) => chosen(input, init);
  }

  async send(request: Outgoing, { signal }: Sending): Promise<Answer> {
    // Before anything is waited for: where the bytes lie is known only now.
    const made = madeOf(request.body);
    const giveSlot = await this.#slots.take(signal);
    let response;
    try {
      response = await (made === undefined ? this.#plain(request, signal) : this.#piecewise(request, made, signal));
    } finally {
      giveSlot();
    }
    const keep = request.stream && response.ok;
    return {
      status: response.status,
      headers: [...response.headers],
      // Read to its end, whatever it is: a connection with an unread answer stays taken.
      text: keep ? "" : await response.text(),
      response: keep ? response : undefined,
    };
  }

  #plain({ method, url, headers, body }: Outgoing, signal: AbortSignal): Promise<Response> {
    const init: RequestInit = { method, headers: plain(headers), redirect: "follow", signal };
    return this.#fetch(url, body === undefined ? init : { ...init, body });
  }

  async #piecewise({ method, url, headers }: Outgoing, made: Made, signal: AbortSignal): Promise<Response> {
    const { readable, writable } = fixedLength(made.length);
    const init = { method, headers: plain(headers), redirect: "follow", signal, body: readable, duplex: "half" };
    const answer = this.#fetch(url, init as RequestInit);
    let trouble: unknown;
    const writing = write(writable, made, signal).catch((error: unknown) => {
      trouble ??= error;
    });
    // The answer of a store that refuses comes before all is written, and is the one that counts.
    try {
      return await answer;
    } catch (error) {
      await writing;
      // Why the body broke off says more than that it did.
      throw trouble instanceof SourceFailed ? trouble.cause : error;
    }
  }
}

/** Reading failed, not sending. */
class SourceFailed extends Error {
  constructor(cause: unknown) {
    super("the body could not be read", { cause });
  }
}

async function write(writable: WritableStream<Uint8Array>, made: Made, signal: AbortSignal): Promise<void> {
  const writer = writable.getWriter();
  writer.closed.catch(() => undefined);
  try {
    for (let at = 0; at < made.length; at += PIECE_BYTES) {
      // Once it was stopped, the memory behind the body may be somebody else's.
      signal.throwIfAborted();
      let piece;
      try {
        piece = await made.pieces(at, Math.min(at + PIECE_BYTES, made.length));
      } catch (error) {
        throw new SourceFailed(error);
      }
      await writer.write(piece);
      made.done(piece);
    }
    await writer.close();
  } catch (error) {
    // Not waited for: it never settles where the answer came first.
    writer.abort(error).catch(() => undefined);
    throw error;
  }
}

/** How a body is made piece by piece; nothing for one that the platform takes as it is. */
function madeOf(body: Outgoing["body"]): Made | undefined {
  if (body instanceof Uint8Array) return ofEngine(body);
  if (body instanceof Blob && !isPlatformBlob(body)) {
    return {
      length: body.size,
      pieces: (start, end) => readRange(body, start, end),
      done: (piece) => {
        passingBytes(body)?.giveBack(piece);
      },
    };
  }
  return undefined;
}

/** Bytes in the engine's memory: copied piece by piece, through one buffer. */
function ofEngine(view: Uint8Array<ArrayBuffer>): Made {
  const { byteOffset, length, buffer } = view;
  const memory = engineMemory();
  const isEngines = memory?.buffer === buffer;
  const scratch = new Uint8Array(Math.min(length, PIECE_BYTES));
  return {
    length,
    pieces: (start, end) => {
      const whole = isEngines ? new Uint8Array(memory.buffer, byteOffset, length) : view;
      scratch.set(whole.subarray(start, end));
      return scratch.subarray(0, end - start);
    },
    done: () => undefined,
  };
}

function fixedLength(length: number): TransformStream<Uint8Array, Uint8Array<ArrayBuffer>> {
  const { FixedLengthStream } = globalThis as { FixedLengthStream?: FixedLength };
  // Elsewhere the length is lost on the way; runtimes without it are not expected to push large files.
  return FixedLengthStream === undefined ? new TransformStream() : new FixedLengthStream(length);
}

function plain(headers: Outgoing["headers"]): [string, string][] {
  return headers.map(([name, value]) => [name, value]);
}
