/** Which pages of other origins may upload, and what browsers are told about that. */
import { Refusal } from "./refusal.js";

/** Pages that may upload. */
export interface CorsOptions {
  /** Their origins, such as `https://example.org`, or `*` for all. */
  origins: "*" | readonly string[];
  /** How long a browser may remember the answer, in seconds. @default 600 */
  maxAgeSeconds?: number | undefined;
}

const METHODS = "PUT, POST";
const HEADERS = "authorization, content-type, x-content-sha256";
const EXPOSED = "retry-after";

/** Headers for the answer to this request. Errors: {@link Refusal} for an origin that may not. */
export function corsHeaders(request: Request, cors: CorsOptions | undefined): Record<string, string> {
  const origin = request.headers.get("origin");
  if (cors === undefined || origin === null) return {};
  const { origins } = cors;
  const isOwn = origin === new URL(request.url).origin;
  if (!isOwn && origins !== "*" && !origins.includes(origin)) {
    throw new Refusal("origin_not_allowed", "Pages of this origin may not upload here", { vary: "origin" });
  }
  return {
    "access-control-allow-origin": origins === "*" ? "*" : origin,
    "access-control-expose-headers": EXPOSED,
    ...(origins !== "*" && { vary: "origin" }),
  };
}

/** Whether a browser asks before it sends. */
export function isPreflight({ method, headers }: Request): boolean {
  return method === "OPTIONS" && headers.has("origin") && headers.has("access-control-request-method");
}

/** The answer to that. */
export function preflight(allowed: Record<string, string>, { maxAgeSeconds = 600 }: CorsOptions): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...allowed,
      "access-control-allow-methods": METHODS,
      "access-control-allow-headers": HEADERS,
      "access-control-max-age": String(maxAgeSeconds),
    },
  });
}
