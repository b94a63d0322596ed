/**
 * Sends bytes from where they lie, for a page that only says which: bodies of xorbs from their lane, shards from the authority.
 *
 * Invariant: whatever becomes of a request, its call is answered once, unless the page has stopped it.
 */
import type { FromSender, ToSender } from "./messages.js";
import { failureOf } from "../../transport/failure.js";
import type { Transport } from "../../transport/transport.js";
import type { RequestView } from "../../wire.js";

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
        this.#post({ type: "copied", call: message.call, blob: new Blob([bytesOf(this.#bodyOf(message.body))]) });
        break;
      case "stop":
        this.#open.get(message.call)?.abort();
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
    let reported = performance.now();
    const onSent = (bytes: number): void => {
      if (performance.now() - reported < REPORT_EVERY_MS) return;
      reported = performance.now();
      this.#post({ type: "progress", call, bytes });
    };
    try {
      const outgoing = { method, url, headers, body: bytesOf(this.#bodyOf(body)), stream: false };
      const { status, headers: said, text } = await this.#transport.send(outgoing, { signal, onSent });
      this.#post({ type: "answered", call, answer: { status, headers: said, text } });
    } catch (error) {
      if (!signal.aborted) this.#post({ type: "failed", call, failure: failureOf(error, request) });
    } finally {
      this.#open.delete(call);
    }
  }
}

/** Memory of wasm is never shared with other threads here. */
function bytesOf(view: Uint8Array): Uint8Array<ArrayBuffer> {
  return view as Uint8Array<ArrayBuffer>;
}
