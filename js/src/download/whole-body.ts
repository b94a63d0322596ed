/**
 * A transport that has the body before it gives the answer: what breaks on the way is an attempt like any other, and is
 * repeated by the rules of all requests.
 */
import { Lost, type Answer, type Outgoing, type Sending, type Transport } from "../transport/transport.js";

/** Reads bodies of one length. */
export class WholeBody implements Transport {
  /** The body of the last good answer; nothing when it was longer than it should be. */
  bytes: Uint8Array<ArrayBuffer> | undefined;
  readonly #inner: Transport;
  readonly #length: number;

  constructor(inner: Transport, length: number) {
    this.#inner = inner;
    this.#length = length;
  }

  async send(request: Outgoing, sending: Sending): Promise<Answer> {
    const { response, ...answer } = await this.#inner.send(request, sending);
    this.bytes = response && (await this.#read(response));
    return { ...answer, response: undefined };
  }

  async #read(response: Response): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const bytes = new Uint8Array(this.#length);
    let filled = 0;
    const reader = response.body?.getReader();
    for (;;) {
      const next = await reader?.read();
      if (next === undefined || next.done) break;
      if (filled + next.value.length > bytes.length) {
        // Whatever this is, the engine will not take it for the range that was asked for, unless the server says so.
        await reader?.cancel().catch(() => undefined);
        return undefined;
      }
      bytes.set(next.value, filled);
      filled += next.value.length;
    }
    if (filled === bytes.length) return bytes;
    throw new Lost("blocked", `it was cut after ${filled} of ${bytes.length} bytes`);
  }
}
