/**
 * What a person is told when something fails: what happened, and what to do now.
 *
 * The error's own message says what happened. This adds the next step, chosen by the error's stable code, and says where
 * it is taken.
 */
import type { Field } from "./destination.js";
import { sentence } from "./format.js";

/** The next step that a failure asks for. */
export interface Failure {
  /** A few words. */
  readonly title: string;
  /** What happened, in the words of the error. */
  readonly message: string;
  /** What to do. */
  readonly advice: string;
  /** The field of the form to correct, when it is one. */
  readonly field: Field | undefined;
  /** Whether trying again without a change makes sense. */
  readonly again: boolean;
  /** Whether a pull request may go where a commit may not. */
  readonly pullRequest: boolean;
  /** For a bug report: the code, and the Hub's name for the request. */
  readonly detail: string;
}

interface Advice {
  readonly title: string;
  readonly advice: string;
  readonly field?: Field;
  readonly again?: boolean;
  /** Instead of the error's own message, which then goes to the details. */
  readonly message?: string;
}

const ADVICE: Record<string, Advice> = {
  unauthorized: {
    title: "The Hub did not accept the token",
    advice: "Check the token, or make a new one with write access. Your files are still here.",
    field: "token",
  },
  forbidden: {
    title: "This token may not write here",
    advice: "Use a token with write access to this repository, or choose another repository.",
    field: "token",
  },
  gated: {
    title: "The repository wants its conditions accepted first",
    advice: "Open the repository on the Hub, accept its conditions, then try again.",
    again: true,
  },
  repo_not_found: {
    title: "The repository was not found",
    advice: "Check its name and type, and that this token may see it.",
    field: "name",
  },
  revision_not_found: { title: "The branch was not found", advice: "Check the name of the branch.", field: "branch" },
  conflict: {
    title: "The repository changed meanwhile",
    advice: "Someone else committed to the same branch. Try again to push on top of it.",
    again: true,
  },
  rate_limited: {
    title: "The Hub asks to slow down",
    advice: "Too many requests were made with this token. Wait a few minutes, then try again.",
    again: true,
  },
  server_error: {
    title: "The Hub has a problem",
    advice: "This is not your fault. Wait a moment, then try again.",
    again: true,
  },
  offline: {
    title: "There is no connection",
    advice: "Connect to the network, then try again. What the Hub has already is not sent twice.",
    again: true,
  },
  timeout: {
    title: "The Hub did not answer in time",
    advice: "Check the connection, then try again. What the Hub has already is not sent twice.",
    again: true,
  },
  blocked: {
    title: "A request did not get through",
    advice: "The connection broke, or an extension, a firewall or this page's rules stopped the request. Try again.",
    again: true,
  },
  file_changed: {
    title: "A file changed while it was read",
    advice: "Drop the folder again to take the new content, or take the file out of the list.",
  },
  file_unreadable: {
    title: "A file cannot be read",
    advice: "Drop the folder again, or take the file out of the list.",
  },
  integrity: {
    title: "The Hub holds something else than was sent",
    advice: "Do not rely on this push. Try again, and report this if it happens twice.",
    again: true,
  },
  rejected: { title: "The Hub refused the push", advice: "Change what it names, then try again.", again: true },
  invalid_input: { title: "Something in the form is not right", advice: "Correct it, then push again." },
  unsupported: {
    title: "This browser cannot do it",
    advice: "Use a current version of Chrome, Edge, Firefox or Safari.",
  },
};

const UNKNOWN: Advice = {
  title: "Something went wrong",
  advice: "Try again. If it happens twice, report it with the line below.",
  again: true,
};

const READ_ONLY: Advice = {
  title: "This token can only read",
  message: "The Hub takes nothing from a token with the role read.",
  advice: "Make a token with write access and put it in. Your files are still here.",
  field: "token",
};
const NO_RIGHT: Advice = {
  title: "You may not write to this repository",
  message: "The token is good, but its owner has no right to commit here. Nothing was read or sent.",
  advice: "Open a pull request instead: its owners decide. Or use a token with write access, or another repository.",
  field: "token",
};

/** What is known beside the error. */
export interface Circumstances {
  /** The token is known to be good for reading only. */
  readonly readOnly: boolean;
  /** The push was for a branch of a repo that is there. */
  readonly canOffer: boolean;
}

/** Describes anything that was thrown. */
export function failureOf(error: unknown, { readOnly, canOffer }: Partial<Circumstances> = {}): Failure {
  const code = textOf(error, "code") ?? "internal";
  const pullRequest = code === "forbidden" && readOnly !== true && canOffer === true;
  const special = code !== "forbidden" ? undefined : readOnly === true ? READ_ONLY : pullRequest ? NO_RIGHT : undefined;
  const { title, advice, field, again = false, message: ours } = special ?? ADVICE[code] ?? UNKNOWN;
  const theirs = sentence(textOf(error, "message") ?? "No reason was given.");
  const request = textOf(error, "requestId");
  const details = [code, request === undefined ? "" : `request ${request}`, ours === undefined ? "" : theirs];
  const detail = details.filter((each) => each !== "").join(" · ");
  return { title, message: ours ?? theirs, advice, field, again, pullRequest, detail };
}

/** Whether something was thrown because the work was stopped on purpose. */
export function isAbort(error: unknown): boolean {
  return textOf(error, "name") === "AbortError";
}

/** The stable code of an error of the package. */
export function codeOf(error: unknown): string | undefined {
  return textOf(error, "code");
}

// Errors may come from another copy of the package or from a worker, where `instanceof` fails.
function textOf(error: unknown, key: string): string | undefined {
  if (typeof error !== "object" || error === null || !(key in error)) return undefined;
  const value: unknown = Reflect.get(error, key);
  return typeof value === "string" && value !== "" ? value : undefined;
}
