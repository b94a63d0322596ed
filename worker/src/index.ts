/**
 * The Worker: files at `/files/…`, signed addresses at `/sign`, feedback at `/feedback`, and a commit of that by the clock.
 */
import { Refusal } from "hubferry/edge";
import type { Env } from "./env.js";
import type { Feedback } from "./feedback.js";
import { sign, tokens, upload } from "./uploads.js";

export { Feedback } from "./feedback.js";

/** Most bytes of one entry of feedback. */
const ENTRY_BYTES = 16 * 1024;

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
  } catch (error) {
    const { status, code, message } =
      error instanceof Refusal ? error : new Refusal("internal", "Something is wrong here");
    return Response.json({ error: { code, message } }, { status });
  }
  return await serve(request, env);
}

async function collect(request: Request, env: Env): Promise<Response> {
  const text = await request.text();
  const entry = text.length > ENTRY_BYTES ? undefined : parsed(text);
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    const message = `Send one JSON object of at most ${ENTRY_BYTES} bytes`;
    return Response.json({ error: { code: "invalid_request", message } }, { status: 400 });
  }
  await feedbackOf(env).add(entry as Record<string, unknown>);
  return Response.json({ kept: true }, { status: 202 });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function feedbackOf(env: Env): DurableObjectStub<Feedback> {
  return env.FEEDBACK.get(env.FEEDBACK.idFromName("feedback"));
}
