/**
 * Sends bytes from where they lie, for a page that only says which: bodies of xorbs from their lane, shards from the authority.
 *
 * Invariant: whatever becomes of a request, its call is answered once, unless the page has stopped it.
 */
import type { FromSender, ToSender } from "./messages.js";
import { release } from "../release.js";
import { failureOf } from "../../transport/failure.js";
import type { Transport } from "../../transport/transport.js";
import type { RequestView } from "../../wire.js";

/** Bytes copied at once out of shared memory. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** Milliseconds between two reports of one body. */
const REPORT_EVERY_MS = 100;

/** See the module. */
export class Sender {
  readonly #transport: Transport;
  readonly #bodyOf: (body: number) => Uint8Array;
  readonly #post: (message: FromSender) => void;
  readonly #open = new Map<number, AbortController>();

  /** `bodyOf` gives the bytes where they lie; they are used at once. */
  constructor(transport: Transport, bodyOf: (body: number) => Uint8Array, post: (message: FromSender) => void) {
    this.#transport = transport;
    this.#bodyOf = bodyOf;
    this.#post = post;
  }

  take(message: ToSender): void {
    switch (message.type) {
      case "send":
        void this.#send(message.call, message.body, message.request);
        break;
      case "copy":
        // A blob copies what it is made of.
        this.#post({ type: "copied", call: message.call, blob: new Blob([sendable(this.#bodyOf(message.body))]) });
        break;
      case "stop":
        this.#open.get(message.call)?.abort();
        break;
      case "ping":
        this.#post({ type: "alive" });
        break;
    }
  }

  /** Ends everything in the air. */
  stop(): void {
    for (const controller of this.#open.values()) controller.abort();
  }

  async #send(call: number, body: number, request: RequestView): Promise<void> {
    const { method, url, headers } = request;
    const controller = new AbortController();
    const { signal } = controller;
    this.#open.set(call, controller);
    let reported = -Infinity;
    try {
      const view = this.#bodyOf(body);
      // Memory that grows meanwhile takes the view's length with it.
      const { length } = view;
      const onSent = (bytes: number): void => {
        // That all has left is always told: from then on the wait is for the answer.
        if (bytes < length && performance.now() - reported < REPORT_EVERY_MS) return;
        reported = performance.now();
        this.#post({ type: "progress", call, bytes });
      };
      weigh(length);
      const outgoing = { method, url, headers, body: sendable(view), stream: false };
      const { status, headers: said, text } = await this.#transport.send(outgoing, { signal, onSent });
      this.#post({ type: "answered", call, answer: { status, headers: said, text } });
    } catch (error) {
      if (!signal.aborted) this.#post({ type: "failed", call, failure: failureOf(error, request) });
    } finally {
      this.#open.delete(call);
    }
  }
}

/**
 * Tells the collector of the platform's copy of a body, in the page's process or the browser's. It goes with the
 * request, however that ends, and nobody hurries: a lane makes next to no garbage of its own, so half a gigabyte of such copies came together in
 * Chromium 156. A buffer that is never touched costs an address range, and counts. (One of four times the size made it worse.)
 */
function weigh(length: number): void {
  try {
    new ArrayBuffer(length);
  } catch {
    // There is no room for it: the collector has reason enough.
  }
}

/** Bytes as the network takes them: not those that lie in memory that threads share, so these are copied out piece by piece. */
function sendable(view: Uint8Array): Uint8Array<ArrayBuffer> | Blob {
  if (isUnshared(view)) return view;
  const pieces: Blob[] = [];
  for (let at = 0; at < view.length; at += PIECE_BYTES) {
    const piece = view.slice(at, at + PIECE_BYTES);
    pieces.push(new Blob([piece]));
    release(piece.buffer);
  }
  return new Blob(pieces);
}

function isUnshared(view: Uint8Array): view is Uint8Array<ArrayBuffer> {
  return view.buffer instanceof ArrayBuffer;
}
