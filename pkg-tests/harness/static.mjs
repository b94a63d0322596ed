// A server for the files of one folder, on a free port of this machine.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { text } from "node:stream/consumers";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css" };

/**
 * Serves a folder, with these headers beside its own; `requests` lists the paths that were asked for. What a page posts is given by `told`,
 * parsed, one after the other.
 */
export async function serveFolder(folder, { headers = {} } = {}) {
  const requests = [];
  const posted = [];
  let arrived = () => undefined;
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    if (request.method === "POST") {
      text(request).then((body) => {
        posted.push(JSON.parse(body));
        response.writeHead(204).end();
        arrived();
      });
      return;
    }
    requests.push(path);
    const file = join(folder, path === "/" ? "index.html" : path);
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", ...headers });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    async told() {
      while (posted.length === 0) await new Promise((resolve) => (arrived = resolve));
      return posted.shift();
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
