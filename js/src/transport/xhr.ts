/**
 * Requests by `XMLHttpRequest`, for one thing that `fetch` does not have: progress inside a body that is being sent.
 *
 * Like the platform's `fetch` it follows redirects and hides why a request failed. Cookies go along only to the page's own
 * origin; there is no way to leave them out.
 */
import { Lost, type Answer, type Outgoing, type Sending, type Transport } from "./transport.js";

/** A transport over `XMLHttpRequest`. It cannot leave an answer unread. */
export class XhrTransport implements Transport {
  send(request: Outgoing, { signal, onSent }: Sending): Promise<Answer> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const xhr = new XMLHttpRequest();
      xhr.open(request.method, request.url);
      for (const [name, value] of request.headers) xhr.setRequestHeader(name, value);
      xhr.responseType = "text";
      if (onSent !== undefined) {
        // From now on silence means that nothing moves.
        onSent(0);
        const tell = (event: ProgressEvent): void => {
          onSent(event.loaded);
        };
        xhr.upload.addEventListener("progress", tell);
        xhr.upload.addEventListener("load", tell);
      }
      const abort = (): void => {
        xhr.abort();
      };
      signal.addEventListener("abort", abort, { once: true });
      xhr.addEventListener("loadend", () => {
        signal.removeEventListener("abort", abort);
      });
      xhr.addEventListener("load", () => {
        resolve({ status: xhr.status, headers: headersOf(xhr), text: xhr.responseText, response: undefined });
      });
      xhr.addEventListener("error", () => {
        reject(
          new Lost("blocked", "the connection broke or something stopped the request; the browser does not say what"),
        );
      });
      xhr.addEventListener("abort", () => {
        reject(new DOMException("The request was stopped", "AbortError"));
      });
      // As a blob, the browser holds bytes outside of the page's process. Its copy of plain ones would stay in the page until the
      // collector comes: two lanes that send let 150 MiB of them come together in Chromium 156.
      const { body = null } = request;
      xhr.send(body instanceof Uint8Array ? new Blob([body]) : body);
    });
  }
}

function headersOf(xhr: XMLHttpRequest): [string, string][] {
  const lines = xhr.getAllResponseHeaders().split("\r\n");
  return lines
    .filter((line) => line !== "")
    .map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    });
}
