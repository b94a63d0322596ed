/**
 * Why a request is not served: a stable word, the status that stands for it, and a sentence.
 *
 * The words of the engine are sorted here by whose turn it is now: the client's, or this server's towards the Hub. What a client cannot
 * change (the token of this server, the repo it pushes to) is told without details.
 */
import { isHubferryError, type ErrorCode, type HubferryError } from "../errors.js";
import type { Trouble } from "../source/once.js";

/** What can be wrong, and the status that says so. */
const STATUS = {
  invalid_request: 400,
  invalid_path: 400,
  incomplete: 400,
  unauthorized: 401,
  forbidden: 403,
  expired: 403,
  path_not_allowed: 403,
  origin_not_allowed: 403,
  not_found: 404,
  method_not_allowed: 405,
  timeout: 408,
  conflict: 409,
  length_required: 411,
  too_large: 413,
  unsupported_type: 415,
  digest_mismatch: 422,
  sha256_required: 422,
  rejected: 422,
  rate_limited: 429,
  internal: 500,
  hub_failed: 502,
  busy: 503,
  try_again: 503,
} as const;

/** A stable word. */
export type RefusalCode = keyof typeof STATUS;

/** A request that is not served. May be thrown by whoever authorizes. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly code: RefusalCode;
  readonly status: number;
  /** Headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;

  /** The message is shown to the client. */
  constructor(
    code: RefusalCode,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.status = STATUS[code];
    this.headers = headers;
  }
}

const LATER = { "retry-after": "10" };

/** What the trouble with a body means to its sender. */
const TROUBLE: Record<Trouble, RefusalCode> = {
  short: "incomplete",
  long: "too_large",
  digest: "digest_mismatch",
  spent: "try_again",
  unpromised: "sha256_required",
  stalled: "timeout",
  broken: "incomplete",
};

/** What an error of a push means to the client; those that are not here are this server's own. */
const PUSH: Partial<Record<ErrorCode, RefusalCode>> = {
  invalid_input: "invalid_request",
  repo_not_found: "not_found",
  revision_not_found: "not_found",
  conflict: "conflict",
  rate_limited: "rate_limited",
  rejected: "rejected",
  unauthorized: "hub_failed",
  forbidden: "hub_failed",
  gated: "hub_failed",
  server_error: "hub_failed",
  offline: "hub_failed",
  timeout: "hub_failed",
  blocked: "hub_failed",
  protocol: "hub_failed",
  integrity: "hub_failed",
};

/** Codes of the engine whose own sentence is for this server's operator, not for its clients. */
const PRIVATE: Partial<Record<RefusalCode, string>> = {
  hub_failed: "The Hub did not take the file; nothing is known to be committed",
  not_found: "The repo that files go to was not found",
  internal: "Something is wrong here; nothing is known to be committed",
};

/** Why a push failed, as its client is told. */
export function refusalOf(error: unknown, trouble?: Trouble): Refusal {
  if (error instanceof Refusal) return error;
  if (trouble !== undefined) return ofTrouble(trouble, error);
  const code = isHubferryError(error) ? (PUSH[error.code] ?? "internal") : "internal";
  const message = PRIVATE[code] ?? (error as HubferryError).message;
  return new Refusal(code, message, code === "rate_limited" ? { "retry-after": "60" } : {}, { cause: error });
}

function ofTrouble(trouble: Trouble, cause: unknown): Refusal {
  const code = TROUBLE[trouble];
  const sentences: Record<Trouble, string> = {
    short: "The body ended before its Content-Length; nothing was committed",
    long: "The body is longer than its Content-Length; nothing was committed",
    digest: "The body has another SHA-256 than x-content-sha256 says; nothing was committed",
    spent: "A store of the Hub failed in the middle of the body, which cannot be read twice: send it again",
    unpromised:
      "The store of this repo needs the SHA-256 of a large file beforehand: send it in the header x-content-sha256",
    stalled: "The body came too slowly; nothing was committed",
    broken: "The body could not be read to its end; nothing was committed",
  };
  return new Refusal(code, sentences[trouble], code === "try_again" ? LATER : {}, { cause });
}
