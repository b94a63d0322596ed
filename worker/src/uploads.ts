/** Files: `PUT /files/{path}` by those who have a token, or an address that one of them has signed. */
import { bearer, createUploadHandler, Refusal, signedUrl, signUploadUrl } from "hubferry/edge";
import type { Env } from "./env.js";
import { jsonOf } from "./json.js";
import { log } from "./log.js";

/** By token. */
export const tokens = bearer<Env>({ tokens: ({ UPLOAD_TOKENS }) => UPLOAD_TOKENS.split(",").filter(Boolean) });

/** By address. */
const signed = signedUrl<Env>({ secret: ({ UPLOAD_SECRET }) => UPLOAD_SECRET });

/** Seconds for which an address is good. */
const SIGNED_SECONDS = 600;

/** Takes files. */
export const upload = createUploadHandler<Env>({
  repo: ({ REPO }) => REPO,
  hubUrl: ({ HUB_URL }) => HUB_URL,
  accessToken: ({ HF_TOKEN }) => HF_TOKEN,
  authorize: (asked) => (asked.request.headers.has("authorization") ? tokens(asked) : signed(asked)),
  basePath: "/files/",
  pathInRepo: "uploads",
  ignorePatterns: ["*.exe", "*/.*"],
  maxSize: 1024 ** 3,
  cors: ({ ALLOWED_ORIGINS }) => ({ origins: ALLOWED_ORIGINS.split(",").filter(Boolean) }),
  onAnswer: log,
});

/** What an address is to be good for. */
interface Wish {
  readonly path: string;
  readonly maxSize?: number;
  readonly contentType?: string;
}

/** `POST /sign`: an address for somebody without a token, such as a page. Errors: {@link Refusal}. */
export async function sign(request: Request, env: Env): Promise<Response> {
  const wish = await jsonOf(request);
  if (!isWish(wish)) throw new Refusal("invalid_request", "Send { path }");
  const path = wish.path.split("/").map(encodeURIComponent).join("/");
  const url = await signUploadUrl({
    url: new URL(`/files/${path}`, request.url),
    secret: env.UPLOAD_SECRET,
    expires: SIGNED_SECONDS,
    maxSize: wish.maxSize,
    contentType: wish.contentType,
  });
  return Response.json({ url, method: "PUT" });
}

function isWish(wish: unknown): wish is Wish {
  if (typeof wish !== "object" || wish === null) return false;
  const { path, maxSize, contentType } = wish as Partial<Record<keyof Wish, unknown>>;
  const isSize = maxSize === undefined || (Number.isSafeInteger(maxSize) && (maxSize as number) >= 0);
  const isType =
    contentType === undefined || (typeof contentType === "string" && /^[\w.+-]+\/[\w.+*-]+$/.test(contentType));
  // Half a character cannot stand in an address.
  return typeof path === "string" && path !== "" && !/\p{Surrogate}/u.test(path) && isSize && isType;
}
