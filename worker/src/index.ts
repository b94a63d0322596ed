/**
 * The Worker: files at `/files/…`, signed addresses at `/sign`, feedback at `/feedback`, and a commit of that by the clock.
 */
import { Refusal } from "hubferry/edge";
import type { Env } from "./env.js";
import type { Feedback } from "./feedback.js";
import { jsonOf } from "./json.js";
import { log } from "./log.js";
import { sign, tokens, upload } from "./uploads.js";

export { Feedback } from "./feedback.js";

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === "/sign" && request.method === "POST") return await byToken(request, env, sign);
    if (pathname === "/feedback" && request.method === "POST") return await byToken(request, env, collect);
    return await upload(request, env, ctx);
  },

  async scheduled(_controller, env) {
    await feedbackOf(env).flush();
  },
} satisfies ExportedHandler<Env>;

/** Serves those who have a token. */
async function byToken(
  request: Request,
  env: Env,
  serve: (request: Request, env: Env) => Promise<Response>,
): Promise<Response> {
  try {
    await tokens({ request, env, path: "" });
    return await serve(request, env);
  } catch (error) {
    const { status, code, message, headers } =
      error instanceof Refusal ? error : new Refusal("internal", "Something is wrong here");
    log({ status, code, error });
    return Response.json({ error: { code, message } }, { status, headers });
  }
}

async function collect(request: Request, env: Env): Promise<Response> {
  const entry = await jsonOf(request);
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    throw new Refusal("invalid_request", "Send one JSON object");
  }
  await feedbackOf(env).add(entry as Record<string, unknown>);
  return Response.json({ kept: true }, { status: 202 });
}

function feedbackOf(env: Env): DurableObjectStub<Feedback> {
  return env.FEEDBACK.get(env.FEEDBACK.idFromName("feedback"));
}
