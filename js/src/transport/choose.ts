/** Finds the transport of a job by what it can do. */
import { FetchTransport, type Fetch } from "./fetch.js";
import { XhrTransport } from "./xhr.js";
import type { Transport } from "./transport.js";

/** The caller's `fetch` for everything when there is one; else XHR for what is worth a progress bar, `fetch` for the rest. */
export function chooseTransport(userFetch: Fetch | undefined): Transport {
  if (userFetch !== undefined) return new FetchTransport(userFetch);
  const byFetch = new FetchTransport(globalThis.fetch);
  if (typeof XMLHttpRequest !== "function") return byFetch;
  const byXhr = new XhrTransport();
  return {
    send: (request, sending) => {
      const isLarge = typeof request.body === "object" && !request.stream;
      return (isLarge ? byXhr : byFetch).send(request, sending);
    },
  };
}
