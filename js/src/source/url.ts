/**
 * Content that lies behind an `http:` or `https:` URL: read range by range from there where the server can, else copied.
 *
 * Invariants: nobody's token goes along; the content is the one that was first seen, or reading it fails with `file_changed`:
 * its size, `ETag` and date are kept and compared with every answer.
 */
import { LazyBlob, type RangeReader } from "./lazy.js";
import { rememberOrigin } from "./origin.js";
import { keepStream, type Intake } from "./stream.js";
import { FileChangedError, HubferryError } from "../errors.js";
import { platform } from "../platform.js";
import { failureOf } from "../transport/failure.js";
import type { Fetch } from "../transport/fetch.js";

/** What HTTP calls an answer that is a range of the content: of any server, not of the Hub alone. */
const PARTIAL_CONTENT = 206;

/** Smaller content is fetched at once. */
const WHOLE_BELOW = 1_000_000;

/** What opening a URL needs. */
export interface UrlIntake extends Intake {
  readonly fetch?: Fetch | undefined;
}

/** What was known of a content when it was first seen. */
interface Seen {
  readonly size: number;
  readonly etag: string | null;
  readonly modified: string | null;
}

/**
 * Opens a URL.
 *
 * Errors: `file_unreadable` when the server refuses; `offline`, `timeout` or `blocked` when it does not answer; `file_changed` when
 * the content is another one later.
 */
export async function openUrl(url: URL, intake: UrlIntake): Promise<Blob> {
  const remote = new Remote(url, intake);
  // A lane reads what the platform holds; there all of it is needed at once.
  if (platform().spawn !== undefined) return await remote.fetchAll();
  const probe = await remote.ask("bytes=0-0");
  const seen = rangeOf(probe);
  // A server without ranges sends everything already.
  if (probe.ok && probe.status !== PARTIAL_CONTENT) return await remote.keep(probe);
  await probe.body?.cancel();
  // Of an empty content no server has a byte to show.
  if (seen === undefined || seen.size < WHOLE_BELOW) return await remote.fetchAll();
  const reader: RangeReader = {
    read: async (start, end) => {
      const response = await remote.askRange(seen, start, end);
      const bytes = new Uint8Array(await remote.settle(response.arrayBuffer()));
      if (bytes.length === end - start) return bytes;
      throw remote.changed(`${end - start} bytes were expected, ${bytes.length} came`);
    },
    stream: async (start, end) => {
      const response = await remote.askRange(seen, start, end);
      return response.body ?? new ReadableStream();
    },
  };
  const taken = { size: seen.size, lastModified: undefined };
  return rememberOrigin(new LazyBlob(reader, 0, seen.size), taken, async () => {
    const { body } = await remote.askRange(seen, 0, 1);
    await body?.cancel();
    return taken;
  });
}

/** One URL, and how to ask for it. */
class Remote {
  readonly #url: URL;
  readonly #intake: UrlIntake;
  readonly #fetch: Fetch;
  /** Without the query, which may be a permission. */
  readonly #shown: string;

  constructor(url: URL, intake: UrlIntake) {
    this.#url = url;
    this.#intake = intake;
    const { fetch = globalThis.fetch } = intake;
    // Called as a plain function: browsers refuse theirs as somebody's method.
    this.#fetch = (input, init) => fetch(input, init);
    this.#shown = url.href.replace(/[?#].*$/s, "");
  }

  /** Asks for the content, or for a range of it. */
  async ask(range?: string): Promise<Response> {
    const headers = range === undefined ? {} : { range };
    const init: RequestInit = { headers, credentials: "omit", signal: this.#intake.signal ?? null };
    return await this.settle(this.#fetch(this.#url, init));
  }

  /** Asks for bytes `start..end` of the content that was seen. */
  async askRange(seen: Seen, start: number, end: number): Promise<Response> {
    const response = await this.ask(`bytes=${start}-${end - 1}`);
    const now = rangeOf(response);
    const refuse = async (error: HubferryError): Promise<never> => {
      await response.body?.cancel();
      throw error;
    };
    if (!response.ok && !response.headers.has("content-range")) return await refuse(this.refused(response.status));
    if (now === undefined) {
      return await refuse(this.changed("its server no longer gives the range that it gave before"));
    }
    if (now.size !== seen.size) {
      return await refuse(this.changed(`it had ${seen.size} bytes and now has ${now.size}`));
    }
    if (now.etag !== seen.etag || now.modified !== seen.modified) {
      return await refuse(this.changed("its server gives it another ETag or date than before"));
    }
    return response;
  }

  /** Everything, in the platform's own storage. */
  async fetchAll(): Promise<Blob> {
    return await this.keep(await this.ask());
  }

  /** The body of an answer that holds everything. */
  async keep(response: Response): Promise<Blob> {
    if (!response.ok) {
      await response.body?.cancel();
      throw this.refused(response.status);
    }
    if (response.body === null) return new Blob([]);
    const explain = (error: unknown): HubferryError => this.#lost(error);
    return await keepStream(response.body, { ...this.#intake, name: this.#shown, explain });
  }

  /** What became of a request, with an error for the caller. */
  async settle<T>(asking: Promise<T>): Promise<T> {
    try {
      return await asking;
    } catch (error) {
      this.#intake.signal?.throwIfAborted();
      throw this.#lost(error);
    }
  }

  refused(status: number): HubferryError {
    const { path } = this.#intake;
    return new HubferryError(
      "file_unreadable",
      `${this.#shown} cannot be read: its server answered ${status}; check the address, or fetch it yourself and give a Blob`,
      { path },
    );
  }

  changed(how: string): FileChangedError {
    return new FileChangedError(`${this.#shown} changed while it was read: ${how}`, { path: this.#intake.path });
  }

  #lost(error: unknown): HubferryError {
    const { code, message } = failureOf(error, { method: "GET", url: this.#url.href, headers: [] });
    return new HubferryError(code, message, { path: this.#intake.path, cause: error });
  }
}

/** Size and marks of the content that a range is from; nothing when the answer is no range, or does not tell the size. */
function rangeOf({ status, headers }: Response): Seen | undefined {
  const size = status === PARTIAL_CONTENT ? /\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1] : undefined;
  if (size === undefined || !Number.isSafeInteger(Number(size))) return undefined;
  return { size: Number(size), etag: headers.get("etag"), modified: headers.get("last-modified") };
}
