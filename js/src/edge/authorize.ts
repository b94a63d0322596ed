/**
 * Who may upload. There is no default: a handler without an answer to that is not made.
 *
 * Invariant: secrets are compared in constant time, and all of them every time.
 */
import type { Limits } from "./limits.js";
import { Refusal } from "./refusal.js";
import { fromEnv, type FromEnv } from "./settings.js";
import { InvalidInputError } from "../errors.js";

/** A request, before anything of its body was read. */
export interface UploadRequest<Env = unknown> {
  readonly request: Request;
  /** Bindings and secrets. */
  readonly env: Env;
  /** The path that was asked for, decoded, below `basePath`. */
  readonly path: string;
}

/** What is allowed, beside what the handler's own limits allow. */
export type Grant = Limits;

/**
 * Says whether a request may upload, and within which limits. `false`, or a {@link Refusal} that is thrown: it may not.
 *
 * Runs before anything is sent to the Hub, and before the body is read.
 */
export type Authorize<Env = unknown> = (upload: UploadRequest<Env>) => boolean | Grant | Promise<boolean | Grant>;

/** How {@link bearer} knows a token. */
export type BearerOptions<Env = unknown> =
  | {
      /** Any of these. */
      tokens: FromEnv<readonly string[], Env>;
    }
  | {
      /** Whoever knows. */
      verify: (token: string, upload: UploadRequest<Env>) => boolean | Grant | Promise<boolean | Grant>;
    };

/**
 * Lets those in who send `Authorization: Bearer TOKEN`.
 *
 * @example
 * createUploadHandler({ repo, authorize: bearer({ tokens: (env) => [env.UPLOAD_TOKEN] }) });
 */
export function bearer<Env = unknown>(options: BearerOptions<Env>): Authorize<Env> {
  const given: Partial<Record<"tokens" | "verify", unknown>> = options;
  if (typeof given.verify !== "function" && typeof given.tokens !== "function") checkTokens(given.tokens);
  return async (upload) => {
    const header = upload.request.headers.get("authorization") ?? "";
    const token = /^bearer +([^\s]+)$/i.exec(header)?.[1];
    if (token === undefined) throw notIn("Send a token: Authorization: Bearer …");
    if ("verify" in options) {
      const answer = await options.verify(token, upload);
      if (answer === false) throw notIn("This token is not taken");
      return answer;
    }
    const tokens: unknown = await fromEnv(options.tokens, upload.env);
    checkTokens(tokens);
    if (!(await isAnyOf(token, tokens))) throw notIn("This token is not taken");
    return true;
  };
}

function notIn(message: string): Refusal {
  return new Refusal("unauthorized", message, { "www-authenticate": "Bearer" });
}

/** An empty or missing secret would let everybody in. */
function checkTokens(tokens: unknown): asserts tokens is readonly string[] {
  if (Array.isArray(tokens) && tokens.length > 0 && tokens.every((one) => typeof one === "string" && one !== ""))
    return;
  throw new InvalidInputError("bearer needs tokens, a list of texts that are not empty, or verify, a function");
}

/** Compares digests of equal length, whatever the lengths of the tokens are. */
async function isAnyOf(token: string, tokens: readonly string[]): Promise<boolean> {
  const given = await digest(token);
  let found = 0;
  for (const one of tokens) {
    const wanted = await digest(one);
    let different = 0;
    for (const [index, byte] of wanted.entries()) different |= byte ^ (given[index] ?? 0);
    found |= Number(different === 0);
  }
  return found === 1;
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}
