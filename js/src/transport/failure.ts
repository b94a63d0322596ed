/**
 * Says why a request brought no answer, in one of the engine's words and a sentence for people.
 *
 * The platform's own sentence is passed on without anything that could be a secret: no query of a URL, no value of a
 * header, nothing that looks like a token.
 */
import { Lost, type Outgoing } from "./transport.js";
import type { FailureView } from "../wire.js";

/** What Node says, by the reason it stands for. Anything else is a connection that broke. */
const REASONS: Readonly<Record<string, FailureView["code"]>> = {
  ENOTFOUND: "offline",
  EAI_AGAIN: "offline",
  ENETDOWN: "offline",
  ENETUNREACH: "offline",
  EHOSTDOWN: "offline",
  EHOSTUNREACH: "offline",
  ETIMEDOUT: "timeout",
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
};

/** Shortest header value that is taken out of a message; a shorter one is a word like any other. */
const SHORTEST_SECRET = 8;

/** Describes what a transport threw. */
export function failureOf(thrown: unknown, request: Pick<Outgoing, "method" | "url" | "headers">): FailureView {
  const { code, sentence } = reasonOf(thrown);
  const where = `${request.method} ${request.url.replace(/[?#].*$/s, "")}`;
  return { code, message: `${where} brought no answer: ${withoutSecrets(sentence, request)}` };
}

function reasonOf(thrown: unknown): { code: FailureView["code"]; sentence: string } {
  if (thrown instanceof Lost && thrown.code !== "blocked") return { code: thrown.code, sentence: thrown.message };
  if (isOffline()) return { code: "offline", sentence: "this device is not connected" };
  // Node wraps the reason.
  const reason = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  const sentence = reason instanceof Error && reason.message !== "" ? reason.message : "no reason was given";
  if (reason instanceof Error && reason.name === "TimeoutError") return { code: "timeout", sentence };
  const word: unknown = reason instanceof Error && "code" in reason ? reason.code : undefined;
  return { code: (typeof word === "string" ? REASONS[word] : undefined) ?? "blocked", sentence };
}

function isOffline(): boolean {
  const { navigator } = globalThis as { navigator?: { onLine?: boolean } };
  return navigator?.onLine === false;
}

function withoutSecrets(sentence: string, { headers }: Pick<Outgoing, "headers">): string {
  let shown = sentence;
  for (const [, value] of headers) {
    if (value.length >= SHORTEST_SECRET) shown = shown.replaceAll(value, "…");
  }
  return shown.replace(/\?[^\s"'`)]*/g, "").replace(/hf_\w+/g, "hf_…");
}
