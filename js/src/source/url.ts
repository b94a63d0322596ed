/** Content that lies behind an `http:` or `https:` URL: fetched once, into the platform's own storage. */
import { HubferryError } from "../errors.js";
import { failureOf } from "../transport/failure.js";
import type { Opening } from "./content.js";

/**
 * Fetches a URL.
 *
 * Errors: `file_unreadable` when the server refuses; `offline`, `timeout` or `blocked` when it does not answer.
 */
export async function openUrl(url: URL, { fetch: userFetch, signal }: Opening): Promise<Blob> {
  const request = { method: "GET", url: url.href, headers: [] };
  const shown = url.href.replace(/[?#].*$/s, "");
  const fetch = userFetch ?? globalThis.fetch;
  let response: Response;
  try {
    response = await fetch(url, { credentials: "omit", signal: signal ?? null });
    if (response.ok) return await response.blob();
  } catch (error) {
    signal?.throwIfAborted();
    const { code, message } = failureOf(error, request);
    throw new HubferryError(code, message);
  }
  throw new HubferryError("file_unreadable", `${shown} cannot be read: its server answered ${response.status}`);
}
