/** What a command says, and with which code it ends, when it does not end well. */
import { isHubferryError, type ErrorCode } from "../errors.js";
import { Interrupted } from "./interrupt.js";

/** A failure as it is told. */
export interface Failure {
  /** A code of the package; `usage` for a command line that cannot be read; `aborted` when somebody has stopped it. */
  readonly code: ErrorCode | "usage";
  /** What happened. */
  readonly message: string;
  /** What to do about it, where the message does not say. */
  readonly hint: string | undefined;
  /** What the process ends with. */
  readonly exitCode: number;
}

/** Ends well. */
export const DONE = 0;
/** Ends with an error. */
export const FAILED = 1;
/** The command line cannot be read. */
export const USAGE = 2;

/** What to do, by code: a command for what the message can say in general only. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  unauthorized: "Give a token that is good: `hubferry login`, the variable HF_TOKEN, or --token",
  forbidden: "The token has no right to this; `hubferry whoami` says whose it is",
  offline: "Check the connection, then run the same command again",
  timeout: "Check the connection, then run the same command again",
  server_error: "Run the same command again later",
  rate_limited: "Run the same command again later",
};

/** Describes what a command has thrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Interrupted)
    return { code: "aborted", message: error.message, hint: error.hint, exitCode: error.exitCode };
  if (isHubferryError(error))
    return { code: error.code, message: error.message, hint: HINTS[error.code], exitCode: FAILED };
  const message = error instanceof Error ? error.message : "Something that is not an error was thrown";
  if (isSystemError(error)) return { code: "file_unreadable", message, hint: undefined, exitCode: FAILED };
  const hint = "This should not happen; please report it, with what HUBFERRY_DEBUG=1 adds";
  return { code: "internal", message, hint, exitCode: FAILED };
}

/** Whether the system has refused something: a folder that may not be written to, a full disk. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && "code" in error;
}
