// Whether a browser follows a redirect to another origin when the request has a token. It is to leave the token out, and then needs no leave
// for it. WebKitGTK leaves it out, but asks for that leave before; a store that takes no tokens gives none, and the request fails.
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { temporaryFolder } from "../harness/environment.mjs";
import { serveFolder } from "../harness/static.mjs";
import { told } from "./told.mjs";

const PAGE = `<!doctype html>
<script type="module">
  const from = new URLSearchParams(location.search).get("from");
  const isFollowed = await fetch(from, { headers: { authorization: "Bearer a-token" } }).then(
    (response) => response.ok,
    () => false,
  );
  await fetch("/told", { method: "POST", body: JSON.stringify({ isFollowed }) });
</script>
`;

/** Tries it with a server that redirects to another; `asked` is what that one was asked for leave to be sent. */
export async function redirects(browser) {
  const folder = temporaryFolder("redirects");
  writeFileSync(join(folder, "index.html"), PAGE);
  const store = await serve("content-type, range", (response) => response.end());
  const hub = await serve("authorization", (response) => response.writeHead(302, { location: store.url }).end());
  const page = await serveFolder(folder);
  try {
    const { isFollowed } = await told(browser, page, `index.html?${new URLSearchParams({ from: hub.url })}`);
    return { isFollowed, asked: store.asked.join() };
  } finally {
    for (const each of [page, hub, store]) await each.stop();
  }
}

/** A server that takes these headers from pages of other origins; `asked` are those that it was asked to take. */
async function serve(taken, answer) {
  const asked = [];
  const server = createServer(({ method, headers }, response) => {
    response.setHeader("access-control-allow-origin", headers.origin ?? "*");
    response.setHeader("access-control-allow-headers", taken);
    if (method !== "OPTIONS") return answer(response);
    asked.push(headers["access-control-request-headers"] ?? "");
    return response.end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
