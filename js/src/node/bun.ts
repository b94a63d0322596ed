/**
 * What Bun does in its own way. To its `fetch` a blob that is read on demand is an empty one, and a blob of a file has a type, which becomes
 * a header that no store has signed. Both go as streams, with their length beside: Bun sends it as the `Content-Length` that stores insist on.
 */
import { isPlatformBlob } from "../source/lazy.js";
import { FetchTransport, type Fetch } from "../transport/fetch.js";
import type { Transport } from "../transport/transport.js";

/** How requests are sent under Bun, by the caller's `fetch` if there is one. */
export function bunTransport(fetch: Fetch = globalThis.fetch): Transport {
  return new FetchTransport((input, init) => fetch(input, asBunTakesIt(init)));
}

/** Whether this is Bun. */
export const isBun = process.versions["bun"] !== undefined;

function asBunTakesIt(init: RequestInit | undefined): RequestInit | undefined {
  const body = init?.body;
  if (!(body instanceof Blob) || (isPlatformBlob(body) && body.type === "")) return init;
  const headers = new Headers(init?.headers);
  headers.set("content-length", `${body.size}`);
  return { ...init, headers, body: body.stream(), duplex: "half" } as RequestInit;
}
