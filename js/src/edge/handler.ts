/**
 * An address that files are uploaded to: `PUT /{path}` streams its body into a commit on the Hub.
 *
 * Invariants: nothing is sent to the Hub before the request was found good; the body is read once and never held as a whole; no answer is
 * given before the body has come or was read past; the token of the Hub is in no answer; what a request holds is given back however it ends.
 */
import type { Authorize, Grant } from "./authorize.js";
import { announced, openBody, type Body } from "./body.js";
import { corsHeaders, isPreflight, preflight, type CorsOptions } from "./cors.js";
import { engineMemory } from "./memory.js";
import { checkLimits, checkType, leastMaxSize, type Limits } from "./limits.js";
import { pathInRepo, requestedPath, type PathRules } from "./path.js";
import { Refusal, refusalOf, type RefusalCode } from "./refusal.js";
import { fromEnv, type FromEnv } from "./settings.js";
import { InvalidInputError } from "../errors.js";
import { compact, type RepoDesignation } from "../hub/params.js";
import { ByteReader } from "../source/byte-reader.js";
import type { Fetch } from "../transport/fetch.js";
import { uploadFile } from "../upload/upload-files.js";
import type { CommitOutput } from "../upload/events.js";

/** How files come to the Hub. */
export interface UploadHandlerOptions<Env = unknown> extends Limits, PathRules {
  /** The repo that gets the files. */
  repo: FromEnv<RepoDesignation, Env>;
  /** Who may upload: {@link bearer}, {@link signedUrl}, or a function of one's own. */
  authorize: Authorize<Env>;
  /** A token that may write to the repo. It goes to the Hub only. */
  accessToken: FromEnv<string, Env>;
  /** Address of the Hub. @default "https://huggingface.co" */
  hubUrl?: FromEnv<string | undefined, Env>;
  /** The branch that gets the commits. @default "main" */
  branch?: FromEnv<string | undefined, Env>;
  /** First line of the commit's message. @default made from the path */
  commitTitle?: ((path: string) => string) | undefined;
  /** Read the file's entry back after the commit and compare. @default true */
  verify?: boolean | undefined;
  /** Store large files by Xet, where the Hub offers it; else by LFS, for which clients must send `x-content-sha256`. @default true */
  useXet?: boolean | undefined;
  /** Pages of other origins that may upload. @default none */
  cors?: FromEnv<CorsOptions | undefined, Env> | undefined;
  /** Uploads side by side in one isolate, which share its memory; more are told to come again. @default 2 */
  concurrentUploads?: number | undefined;
  /** Seconds in which some of a body must come. @default 60 */
  stallSeconds?: number | undefined;
  /** Bytes that are read past before an answer, so that it arrives. @default 64 MiB */
  drainBytes?: number | undefined;
  /** Used for every request to the Hub and its stores. @default the platform's */
  fetch?: Fetch | undefined;
  /** Told of each answer, for logs and measurements. */
  onAnswer?: ((report: AnswerReport) => void) | undefined;
}

/** One answer, for the operator. */
export interface AnswerReport {
  readonly status: number;
  /** Why it was not served. */
  readonly code?: RefusalCode;
  /** The path in the repo, once it was found good. */
  readonly path?: string;
  /** What went wrong, with its cause; it may say more than clients are told. */
  readonly error?: unknown;
  /** Bytes of the engine's memory now; it never shrinks. */
  readonly engineBytes: number;
}

/** What is told to a client whose file was committed. */
export interface UploadAnswer {
  /** Path in the repo. */
  path: string;
  /** SHA-256 of a large file, git blob oid of a regular one. */
  oid: string;
  size: number;
  /** Only for files stored by Xet. */
  xetHash?: string;
  /** `unchanged`: the repo held this very file, and no commit was made. */
  state: "added" | "updated" | "unchanged";
  /** The commit that holds it. */
  commit: { oid: string; url: string };
}

/** What keeps an invocation going until its work is done. */
export interface ExecutionContextLike {
  waitUntil(promise: Promise<unknown>): void;
}

/** The `fetch` handler of a Worker. Never rejects. */
export type UploadHandler<Env = unknown> = (
  request: Request,
  env?: Env,
  ctx?: ExecutionContextLike,
) => Promise<Response>;

/** Bytes that are read past before an answer. */
const DRAIN_BYTES = 64 * 1024 * 1024;

/** Seconds in which some of a body must come. */
const STALL_SECONDS = 60;

/** A size that {@link UploadHandlerOptions.concurrentUploads} has room for in 128 MB, with two. */
const CONCURRENT_UPLOADS = 2;

const ALLOWED = "PUT, POST, OPTIONS";

/**
 * Makes a handler that takes files at `PUT /{path}` or `POST /{path}` and commits each of them.
 *
 * It answers in JSON: an {@link UploadAnswer}, or `{ error: { code, message } }` with the status that fits.
 *
 * Errors: `invalid_input`, above all when nobody says who may upload.
 *
 * @example
 * const upload = createUploadHandler({
 *   repo: "datasets/me/photos",
 *   accessToken: (env) => env.HF_TOKEN,
 *   authorize: bearer({ tokens: (env) => [env.UPLOAD_TOKEN] }),
 *   contentTypes: ["image/*"],
 *   maxSize: 50e6,
 * });
 * export default { fetch: upload };
 */
export function createUploadHandler<Env = unknown>(options: UploadHandlerOptions<Env>): UploadHandler<Env> {
  checkOptions(options);
  const room = { left: options.concurrentUploads ?? CONCURRENT_UPLOADS };
  return (request, env, ctx) => {
    const answering = answer(options, room, request, env as Env);
    // When the client goes away, this ends what is under way by itself; without, the platform would drop it with all that it holds.
    ctx?.waitUntil(answering);
    return answering;
  };
}

/** How many more uploads this isolate has room for. */
interface Room {
  left: number;
}

async function answer<Env>(
  options: UploadHandlerOptions<Env>,
  room: Room,
  request: Request,
  env: Env,
): Promise<Response> {
  let headers: Record<string, string> = { "cache-control": "no-store" };
  const visit: Visit = { secrets: [], path: undefined, drain: undefined };
  try {
    const cors = await fromEnv(options.cors, env);
    const allowed = corsHeaders(request, cors);
    headers = { ...headers, ...allowed };
    if (cors !== undefined && isPreflight(request)) return preflight(allowed, cors);
    const done = await upload(options, room, request, env, visit);
    await drain(request, visit, options);
    const status = done.state === "added" ? 201 : 200;
    report(options, { status, path: done.path });
    return Response.json(done, { status, headers });
  } catch (error) {
    const refusal = refusalOf(error);
    await drain(request, visit, options);
    const { status, code } = refusal;
    report(options, { status, code, ...compact({ path: visit.path }), error });
    const message = withoutSecrets(refusal.message, visit.secrets);
    return Response.json({ error: { code, message } }, { status, headers: { ...headers, ...refusal.headers } });
  }
}

/** What is known of a request that is being served. */
interface Visit {
  secrets: string[];
  path: string | undefined;
  drain: Body["drain"] | undefined;
}

async function upload<Env>(
  options: UploadHandlerOptions<Env>,
  room: Room,
  request: Request,
  env: Env,
  visit: Visit,
): Promise<UploadAnswer> {
  const { method, headers } = request;
  if (method !== "PUT" && method !== "POST") {
    throw new Refusal("method_not_allowed", "Files are uploaded by PUT or POST", { allow: ALLOWED });
  }
  const asked = requestedPath(request.url, options.basePath ?? "/");
  const grant = await granted(options.authorize, { request, env, path: asked });
  const path = await pathInRepo(asked, options);
  visit.path = path;
  checkType(headers.get("content-type"), options.contentTypes);
  checkType(headers.get("content-type"), grant.contentTypes);
  const known = announced(request);
  if (room.left <= 0) throw new Refusal("busy", "Too many uploads at once; come again", { "retry-after": "5" });
  room.left -= 1;
  try {
    const intake = { maxSize: leastMaxSize(options, grant), stallMs: stallMsOf(options) };
    const body = await openBody(request.body, known, intake, (drain) => (visit.drain = drain));
    const accessToken = await fromEnv(options.accessToken, env);
    if (typeof (accessToken as unknown) !== "string" || accessToken === "") {
      throw misconfigured(new InvalidInputError("accessToken is missing in env"));
    }
    visit.secrets.push(accessToken);
    return await push(options, env, accessToken, path, body);
  } finally {
    room.left += 1;
  }
}

async function granted<Env>(
  authorize: Authorize<Env>,
  asked: { request: Request; env: Env; path: string },
): Promise<Grant> {
  let said: unknown;
  try {
    said = await authorize(asked);
    // An odd limit would be none.
    if (typeof said === "object" && said !== null) checkLimits(said);
  } catch (error) {
    // Whatever else is thrown, a secret that is missing for one, is not the client's business.
    throw error instanceof Refusal ? error : misconfigured(error);
  }
  if (said === true) return {};
  // Whatever is no clear yes is a no.
  if (typeof said !== "object" || said === null) throw new Refusal("unauthorized", "This upload is not allowed");
  return said;
}

function misconfigured(cause: unknown): Refusal {
  return new Refusal("internal", "Something is wrong here; nothing was committed", {}, { cause });
}

async function push<Env>(
  options: UploadHandlerOptions<Env>,
  env: Env,
  accessToken: string,
  path: string,
  body: Body,
): Promise<UploadAnswer> {
  const { commitTitle, verify, useXet, fetch } = options;
  let output: CommitOutput;
  try {
    output = await uploadFile({
      repo: await fromEnv(options.repo, env),
      accessToken,
      file: { path, content: body.content },
      hubUrl: await fromEnv(options.hubUrl, env),
      branch: await fromEnv(options.branch, env),
      commitTitle: commitTitle?.(path),
      verify,
      useXet,
      fetch,
    });
  } catch (error) {
    throw refusalOf(error, body.trouble());
  }
  const [file] = output.files;
  if (file?.oid === undefined || file.state === "ignored" || file.state === "failed") {
    throw new Refusal("rejected", "The .gitignore of the repo leaves this path out");
  }
  const { oid, size, state } = file;
  return { path: file.path, oid, size, ...compact({ xetHash: file.xetHash }), state, commit: output.commit };
}

/** Reads past what has not been read. */
async function drain<Env>({ body }: Request, { drain }: Visit, options: UploadHandlerOptions<Env>): Promise<void> {
  const { drainBytes = DRAIN_BYTES } = options;
  if (drain !== undefined) await drain(drainBytes);
  else if (body !== null && !body.locked) await new ByteReader(body, stallMsOf(options)).drain(drainBytes);
}

function stallMsOf<Env>({ stallSeconds = STALL_SECONDS }: UploadHandlerOptions<Env>): number {
  return stallSeconds * 1000;
}

function report<Env>({ onAnswer }: UploadHandlerOptions<Env>, told: Omit<AnswerReport, "engineBytes">): void {
  try {
    onAnswer?.({ ...told, engineBytes: engineMemory()?.buffer.byteLength ?? 0 });
  } catch {
    // Whoever counts must not change what is counted.
  }
}

/** No message of ours holds one; this is for those of others. */
function withoutSecrets(message: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => (secret === "" ? text : text.replaceAll(secret, "…")), message);
}

function checkOptions<Env>(options: UploadHandlerOptions<Env>): void {
  const given = options as Partial<Record<keyof UploadHandlerOptions, unknown>> | undefined;
  if (typeof given?.authorize !== "function") {
    throw new InvalidInputError(
      "createUploadHandler needs authorize: bearer(…), signedUrl(…), or a function that says who may upload",
    );
  }
  for (const name of ["repo", "accessToken"] as const) {
    if (given[name] === undefined || given[name] === "")
      throw new InvalidInputError(`createUploadHandler needs ${name}`);
  }
  const { basePath } = given;
  if (basePath !== undefined && !(typeof basePath === "string" && basePath.startsWith("/"))) {
    throw new InvalidInputError('basePath must begin with a slash, such as "/files/"');
  }
  checkLimits(options);
  checkCount("concurrentUploads", options.concurrentUploads, 1);
  checkCount("stallSeconds", options.stallSeconds, 1);
  checkCount("drainBytes", options.drainBytes, 0);
  if (typeof options.cors !== "function") checkOrigins(options.cors);
}

function checkCount(name: string, value: unknown, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= least)) return;
  throw new InvalidInputError(`${name} must be a whole number, at least ${least}`);
}

function checkOrigins(cors: CorsOptions | undefined): void {
  if (cors === undefined || cors.origins === "*") return;
  const given: unknown = cors.origins;
  const isOrigin = (one: unknown): boolean =>
    typeof one === "string" && URL.canParse(one) && new URL(one).origin === one;
  if (Array.isArray(given) && given.every(isOrigin)) return;
  throw new InvalidInputError('cors.origins must be "*", or a list such as ["https://example.org"]');
}
