// A Worker for the tests: the upload handler as users make it, the package's functions one after the other, and a plain pass-through to
// measure against.
import { commit, downloadFile, fileExists, uploadFile, uploadFolder, whoAmI } from "hubferry";
import { bearer, createUploadHandler, signedUrl } from "hubferry/edge";

let peak = 0;

const tokens = bearer({ tokens: (env) => [env.UPLOAD_TOKEN] });
const signed = signedUrl({ secret: (env) => env.UPLOAD_SECRET });

const upload = createUploadHandler({
  repo: (env) => env.REPO,
  hubUrl: (env) => env.HUB_URL,
  accessToken: (env) => env.HF_TOKEN,
  authorize: (asked) => (asked.request.headers.has("authorization") ? tokens(asked) : signed(asked)),
  basePath: "/files/",
  ignorePatterns: ["*.exe"],
  maxSize: 1024 ** 3,
  contentTypes: ["application/octet-stream", "text/*"],
  onAnswer: ({ error, ...report }) => {
    peak = Math.max(peak, report.engineBytes);
    console.log(`answered ${JSON.stringify({ ...report, errors: chainOf(error) })}`);
  },
});

/** All that an error says, and what caused it. */
function chainOf(error) {
  if (!(error instanceof Error)) return [];
  return [{ ...error, message: error.message, stack: error.stack }, ...chainOf(error.cause)];
}

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === "/peak") return Response.json({ engineBytes: peak });
    if (pathname === "/pass") return await pass(request, env);
    if (pathname === "/story") return Response.json(await story(env));
    return await upload(request, env, ctx);
  },
};

/** The body as it comes to another server, with the same reads and writes but nothing in between. */
async function pass(request, env) {
  const length = Number(request.headers.get("content-length"));
  const { readable, writable } = new globalThis.FixedLengthStream(length);
  const answer = fetch(env.SINK, { method: "PUT", body: readable });
  const reader = request.body.getReader({ mode: "byob" });
  const writer = writable.getWriter();
  let buffer = new ArrayBuffer(1024 ** 2);
  for (;;) {
    const { value, done } = await reader.readAtLeast(64 * 1024, new Uint8Array(buffer));
    if (value.byteLength > 0) await writer.write(value);
    if (done) break;
    buffer = value.buffer;
  }
  await writer.close();
  return new Response(await (await answer).text());
}

/** What the package does here, by its public functions. */
async function story(env) {
  const known = { hubUrl: env.HUB_URL, accessToken: env.HF_TOKEN, repo: env.REPO };
  const folder = new Map();
  for (let i = 0; i < 20; i += 1) folder.set(`folder/${i}.bin`, noise(200_000 + i, i));
  folder.set("folder/deep/notes.txt", "read me");
  const contents = new Map([...folder].map(([path, content]) => [path, new Blob([content])]));
  const pushed = await uploadFolder({ ...known, folder: contents });
  const again = await uploadFolder({ ...known, folder: contents });
  await uploadFile({ ...known, file: { path: "one.txt", content: "one" } });
  const operations = [
    { operation: "delete", path: "one.txt" },
    { operation: "addOrUpdate", path: "two.txt", content: "two" },
  ];
  await commit({ ...known, title: "Both", operations });
  const equal = [];
  for (const [path, content] of contents) {
    const [there, here] = [await (await downloadFile({ ...known, path })).arrayBuffer(), await content.arrayBuffer()];
    if (crypto.subtle.timingSafeEqual(there, here)) equal.push(path);
  }
  return {
    name: (await whoAmI(known)).name,
    verified: pushed.verified,
    xet: pushed.files.filter(({ xetHash }) => xetHash !== undefined).length,
    equal: equal.length,
    again: again.commits.length,
    one: await fileExists({ ...known, path: "one.txt" }),
    two: await fileExists({ ...known, path: "two.txt" }),
  };
}

function noise(length, seed) {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = (seed + 1) * 2_654_435_761;
  for (let i = 0; i < words.length; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}
