/**
 * The errors that callers meet.
 *
 * Every failure is a {@link HubferryError} with a stable `code`; the one exception is the platform's own `AbortError`, for
 * work that the caller stopped. Subclasses exist where there is more to say. Codes and their meaning come from the engine
 * (`src/error.rs`); this file gives them a shape that `catch` can use. It turns no status into a code.
 */
import type { ErrorView, FailureView } from "./wire.js";

/**
 * What went wrong, as a stable string.
 *
 * | code | whose turn it is |
 * | --- | --- |
 * | `invalid_input` | the arguments are wrong; raised before any request |
 * | `unauthorized`, `forbidden`, `gated` | log in, ask for access, accept the conditions |
 * | `repo_not_found`, `revision_not_found`, `entry_not_found` | correct the name |
 * | `conflict` | the branch moved, or the thing to create exists: read again, try again |
 * | `rate_limited`, `server_error` | wait; raised when the attempts are spent |
 * | `rejected` | the Hub says what it does not like |
 * | `protocol` | the peer answered something this version cannot read: report it |
 * | `offline`, `timeout`, `blocked` | check the connection (`blocked`: CORS, a blocker or a reset; browsers do not say which) |
 * | `file_changed`, `file_unreadable` | pick the file again |
 * | `integrity` | the Hub holds something else than was sent, or sends something else than it holds: report it |
 * | `unsupported` | use another entry point, browser or option |
 * | `aborted` | the engine's word for a stopped job; callers get the platform's `AbortError` |
 * | `internal` | a bug in hubferry: report it |
 */
export type ErrorCode =
  | "invalid_input"
  | "unauthorized"
  | "forbidden"
  | "gated"
  | "repo_not_found"
  | "revision_not_found"
  | "entry_not_found"
  | "conflict"
  | "rate_limited"
  | "server_error"
  | "rejected"
  | "protocol"
  | "offline"
  | "timeout"
  | "blocked"
  | "file_changed"
  | "file_unreadable"
  | "integrity"
  | "unsupported"
  | "aborted"
  | "internal";

/** Every code, and whether the same call may succeed later without any change by the caller. */
const RETRYABLE: Record<ErrorCode, boolean> = {
  invalid_input: false,
  unauthorized: false,
  forbidden: false,
  gated: false,
  repo_not_found: false,
  revision_not_found: false,
  entry_not_found: false,
  conflict: false,
  rate_limited: true,
  server_error: true,
  rejected: false,
  protocol: false,
  offline: true,
  timeout: true,
  blocked: true,
  file_changed: false,
  file_unreadable: false,
  integrity: false,
  unsupported: false,
  aborted: false,
  internal: false,
};

/** Every code, in the order of the table above. */
export const ERROR_CODES: readonly ErrorCode[] = Object.keys(RETRYABLE) as ErrorCode[];

/** Base of every failure. Branch on `code`; `message` is for people and may change. */
export class HubferryError extends Error {
  override name = "HubferryError";
  readonly code: ErrorCode;
  /** Whether the same call may succeed later without any change by the caller. */
  readonly retryable: boolean;
  /** The path in the repo that is concerned, when it is one. */
  readonly path: string | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions & { path?: string | undefined } = {}) {
    super(message, options);
    this.code = code;
    this.retryable = RETRYABLE[code];
    this.path = options.path;
  }
}

/** The Hub, or a store it named, refused a request. */
export class HubApiError extends HubferryError {
  override name = "HubApiError";
  /** HTTP status. */
  readonly statusCode: number;
  /** The request's URL, without its query. */
  readonly url: string;
  /** The server's name for the request; quote it when you report a problem. */
  readonly requestId: string | undefined;
  /** The whole JSON body of the answer, or `{ message }` around a text. */
  readonly data: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, refusal: NonNullable<ErrorView["refusal"]>, path?: string) {
    super(code, message, { path });
    this.statusCode = refusal.status;
    this.url = refusal.url;
    this.requestId = refusal.requestId;
    this.data = isObject(refusal.data) ? refusal.data : { message: refusal.data };
  }
}

/** The arguments of a call are wrong; nothing was sent. */
export class InvalidInputError extends HubferryError {
  override name = "InvalidInputError";

  constructor(message: string, options?: ErrorOptions & { path?: string | undefined }) {
    super("invalid_input", message, options);
  }
}

/** The file changed or vanished while it was read. */
export class FileChangedError extends HubferryError {
  override name = "FileChangedError";

  constructor(message: string, options?: ErrorOptions & { path?: string | undefined }) {
    super("file_changed", message, options);
  }
}

/** The Hub holds something else than was sent, or something else came than it holds. */
export class IntegrityError extends HubferryError {
  override name = "IntegrityError";

  constructor(message: string, options?: ErrorOptions & { path?: string | undefined }) {
    super("integrity", message, options);
  }
}

/** The peer answered something that this version cannot read. */
export class InvalidApiResponseFormatError extends HubferryError {
  override name = "InvalidApiResponseFormatError";

  constructor(message: string, options?: ErrorOptions & { path?: string | undefined }) {
    super("protocol", message, options);
  }
}

/** Also true for errors from a worker, an iframe or a second copy of the package, where `instanceof` fails. */
export function isHubferryError(error: unknown): error is HubferryError {
  return isObject(error) && "message" in error && "retryable" in error && isErrorCode(error["code"]);
}

/** The error for an option that this version knows of but cannot honour yet. */
export function unsupported(message: string): HubferryError {
  return new HubferryError("unsupported", message);
}

/** Gives what the engine threw or ended with the shape that callers know. */
export function toError(thrown: unknown): Error {
  if (isErrorView(thrown)) return fromView(thrown);
  if (thrown instanceof Error) {
    // What the wasm itself throws (a trap) is never the caller's fault.
    if (typeof WebAssembly === "undefined" || !(thrown instanceof WebAssembly.RuntimeError)) return thrown;
    return new HubferryError("internal", "The engine stopped unexpectedly; please report this", { cause: thrown });
  }
  return new HubferryError("internal", "Something that is not an error was thrown; please report this", {
    cause: thrown,
  });
}

/** A failure of the platform, as an error. */
export function fromFailure(failure: FailureView, path?: string): HubferryError {
  if (failure.code === "file_changed") return new FileChangedError(failure.message, { path });
  return new HubferryError(failure.code, failure.message, { path });
}

function fromView(view: ErrorView & { code: ErrorCode }): Error {
  const { code, message, path, refusal } = view;
  if (code === "aborted") return new DOMException(message, "AbortError");
  if (refusal !== undefined) return new HubApiError(code, message, refusal, path);
  switch (code) {
    case "invalid_input":
      return new InvalidInputError(message, { path });
    case "file_changed":
      return new FileChangedError(message, { path });
    case "integrity":
      return new IntegrityError(message, { path });
    case "protocol":
      return new InvalidApiResponseFormatError(message, { path });
    default:
      return new HubferryError(code, message, { path });
  }
}

function isErrorView(value: unknown): value is ErrorView & { code: ErrorCode } {
  return isHubferryError(value) && !(value instanceof Error);
}

function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(RETRYABLE, value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
