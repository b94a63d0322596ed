/** What is sent as JSON beside the files. */
import { Refusal } from "hubferry/edge";

/** Most bytes of it. */
const MOST_BYTES = 16 * 1024;

/** The value in a request's body; `undefined` for what is no JSON. Errors: {@link Refusal}, before anything is read. */
export async function jsonOf(request: Request): Promise<unknown> {
  const length = request.headers.get("content-length");
  // What comes unannounced may never end.
  if (length === null) throw new Refusal("length_required", "Send the JSON with its Content-Length");
  if (!(Number(length) <= MOST_BYTES)) throw new Refusal("too_large", `Send at most ${MOST_BYTES} bytes of JSON`);
  return await request.json().catch(() => undefined);
}
