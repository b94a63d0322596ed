/**
 * Addresses that are good for one path until a time: made by a server that has a secret, used by a page that has none.
 *
 * Signed are the method, the path, the end, and the limits; any of them changed makes the signature another one. The host is not: a Worker
 * answers under several.
 */
import type { Authorize } from "./authorize.js";
import { checkLimits, type Limits } from "./limits.js";
import { Refusal } from "./refusal.js";
import { fromEnv, type FromEnv } from "./settings.js";
import { InvalidInputError } from "../errors.js";

/** What an address is good for. */
export interface SignUploadUrl {
  /** The full address of the upload. Its query, if any, stays and is not signed. */
  url: string | URL;
  /** @default "PUT" */
  method?: "PUT" | "POST" | undefined;
  /** At least 16 characters, known to the handler as well. */
  secret: string;
  /** When it ends: a date, or a number of seconds from now. */
  expires: Date | number;
  /** Most bytes of the file. @default the handler's own limit */
  maxSize?: number | undefined;
  /** The one media type that is taken, such as `image/png` or `image/*`. @default what the handler takes */
  contentType?: string | undefined;
}

/** The secret, or several while an old one is being replaced. */
export interface SignedUrlOptions<Env = unknown> {
  secret: FromEnv<string | readonly string[], Env>;
}

/** The parts of the query. */
const NAMES = {
  expires: "upload-expires",
  maxSize: "upload-max-size",
  type: "upload-type",
  signature: "upload-signature",
};

/** Shortest secret that is taken, in characters. */
const SECRET_CHARS = 16;

/**
 * Makes an address for uploads to one path until a time.
 *
 * Errors: `invalid_input`.
 *
 * @example
 * await signUploadUrl({ url: "https://files.example.org/photo.png", secret, expires: 600, maxSize: 5e6, contentType: "image/*" });
 */
export async function signUploadUrl(options: SignUploadUrl): Promise<string> {
  const { method = "PUT", secret, expires, maxSize, contentType } = options;
  const url = new URL(options.url);
  const end = expires instanceof Date ? expires.getTime() / 1000 : Date.now() / 1000 + expires;
  if (!Number.isFinite(end)) throw new InvalidInputError("expires must be a date, or a number of seconds from now");
  checkLimits({ maxSize, contentTypes: contentType === undefined ? undefined : [contentType] });
  for (const name of Object.values(NAMES)) url.searchParams.delete(name);
  url.searchParams.set(NAMES.expires, String(Math.floor(end)));
  if (maxSize !== undefined) url.searchParams.set(NAMES.maxSize, String(maxSize));
  if (contentType !== undefined) url.searchParams.set(NAMES.type, contentType);
  const signature = await crypto.subtle.sign("HMAC", await keyOf(secret), signedText(method, url));
  url.searchParams.set(NAMES.signature, toHex(new Uint8Array(signature)));
  return url.href;
}

/**
 * Lets those in who come by an address that {@link signUploadUrl} made.
 *
 * @example
 * createUploadHandler({ repo, authorize: signedUrl({ secret: (env) => env.UPLOAD_SECRET }) });
 */
export function signedUrl<Env = unknown>({ secret }: SignedUrlOptions<Env>): Authorize<Env> {
  const given: unknown = secret;
  if (typeof given !== "function") for (const one of listOf(secret as string | readonly string[])) checkSecret(one);
  return async ({ request, env }) => {
    const url = new URL(request.url);
    const { searchParams } = url;
    // Of two, nobody knows which one another reader would take.
    if (Object.values(NAMES).some((name) => searchParams.getAll(name).length > 1)) throw forged();
    const signature = searchParams.get(NAMES.signature);
    if (signature === null) throw new Refusal("unauthorized", "Ask for an address that is signed");
    const bytes = fromHex(signature);
    let isGood = false;
    for (const one of listOf(await fromEnv(secret, env))) {
      const isOfThis = await crypto.subtle.verify("HMAC", await keyOf(one), bytes, signedText(request.method, url));
      isGood ||= isOfThis;
    }
    if (!isGood) throw forged();
    // Looked at only now: of a forged one nothing is believed.
    if (Date.now() / 1000 >= Number(searchParams.get(NAMES.expires))) {
      throw new Refusal("expired", "This address was good until a time that has passed; ask for a new one");
    }
    return grantOf(searchParams);
  };
}

/** What is empty stands for nothing, as in {@link signedText}. */
function grantOf(query: URLSearchParams): Limits {
  const maxSize = query.get(NAMES.maxSize);
  const type = query.get(NAMES.type);
  return {
    ...(maxSize && { maxSize: Number(maxSize) }),
    ...(type && { contentTypes: [type] }),
  };
}

function forged(): Refusal {
  return new Refusal("forbidden", "The signature of this address is not good for this request");
}

/** What is signed. No part of it can hold a line's end: none of them is raw. */
function signedText(method: string, { pathname, searchParams }: URL): Uint8Array<ArrayBuffer> {
  const part = (name: string): string => encodeURIComponent(searchParams.get(name) ?? "");
  const lines = ["hubferry upload 1", method, pathname, part(NAMES.expires), part(NAMES.maxSize), part(NAMES.type)];
  return new TextEncoder().encode(lines.join("\n"));
}

async function keyOf(secret: string): Promise<CryptoKey> {
  checkSecret(secret);
  const raw = new TextEncoder().encode(secret);
  return await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}

function checkSecret(secret: unknown): void {
  if (typeof secret === "string" && secret.length >= SECRET_CHARS) return;
  throw new InvalidInputError(`The secret of signed addresses must be a text of at least ${SECRET_CHARS} characters`);
}

function listOf(secrets: string | readonly string[]): readonly string[] {
  return Array.isArray(secrets) ? (secrets as readonly string[]) : [secrets as string];
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What is no hex becomes bytes that are no signature. */
function fromHex(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[0-9a-f]{64}$/.test(text)) return new Uint8Array();
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
