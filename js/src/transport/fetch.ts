/**
 * Requests by `fetch`: the caller's own when there is one, else the platform's.
 *
 * It cannot tell how much of a body has left. Cookies are never sent: the Hub is told who asks by a header. Redirects are
 * followed by the platform, which keeps credentials from other origins.
 */
import type { Answer, Outgoing, Sending, Transport } from "./transport.js";

/** What `fetch` looks like; the caller may bring one. */
export type Fetch = typeof globalThis.fetch;

/** A transport over `fetch`. */
export class FetchTransport implements Transport {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    // Called as a plain function: browsers refuse theirs as somebody's method.
    this.#fetch = (input, init) => fetch(input, init);
  }

  async send(request: Outgoing, { signal }: Sending): Promise<Answer> {
    // A `fetch` that the caller brings need not look at the signal first.
    signal.throwIfAborted();
    const init: RequestInit = {
      method: request.method,
      headers: request.headers.map(([name, value]): [string, string] => [name, value]),
      credentials: "omit",
      redirect: "follow",
      signal,
    };
    if (request.body !== undefined) init.body = request.body;
    const response = await this.#fetch(request.url, init);
    const keep = request.stream && response.ok;
    return {
      status: response.status,
      headers: [...response.headers],
      text: keep ? "" : await response.text(),
      response: keep ? response : undefined,
    };
  }
}
