/**
 * The seam between a job and the network: one request out, one answer back.
 *
 * A transport knows HTTP as the platform offers it and nothing of the Hub. It never repeats a request and never looks at a
 * status; it throws when there is no answer, a {@link Lost} where it knows why.
 */
import type { FailureView } from "../wire.js";

/** One request with the bytes of its body. */
export interface Outgoing {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  /** A `Blob` without a type, so that no header is added for it; its length is known. Or bytes, which are taken at once. */
  readonly body: Blob | Uint8Array<ArrayBuffer> | string | undefined;
  /** Leave the body of a good answer unread, in {@link Answer.response}. */
  readonly stream: boolean;
}

/** One answer, whatever its status. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. In a page only those that the server exposes. */
  readonly headers: [string, string][];
  /** The body, unless it was left unread. */
  readonly text: string;
  /** The platform's answer, whose body was left unread. */
  readonly response: Response | undefined;
}

/** How a request goes on. */
export interface Sending {
  readonly signal: AbortSignal;
  /** Told how many bytes of the body have left, where the platform says it: zero at first, and all of them at last. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

/** Sends requests. */
export interface Transport {
  send(request: Outgoing, sending: Sending): Promise<Answer>;
}

/** A request that brought no answer, for a known reason. */
export class Lost extends Error {
  override name = "Lost";
  readonly code: FailureView["code"];

  constructor(code: FailureView["code"], message: string) {
    super(message);
    this.code = code;
  }
}
