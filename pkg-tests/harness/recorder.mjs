// A door in front of the Hub that keeps what is said of files on the way through it: the commits, and the lists that are asked about
// before. Everything else passes unseen.
import { createServer, request as send } from "node:http";
import { pipeline } from "node:stream/promises";

/** Whose requests name files: of what kind they are, and where they go. */
const LISTS = /\/(?:preupload\/[^/]+|info\/lfs\/objects\/batch)$/;

/** Opens a door to the Hub at `target`; push to its `url`. */
export async function startRecorder(target) {
  const commits = [];
  const lists = [];
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    // The Hub takes its own address from the header Host, so that its links lead through the door, too.
    const forwarded = send(`${target}${url}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      pipeline(answer, outgoing).catch(() => outgoing.destroy());
    });
    forwarded.once("error", () => outgoing.destroy());
    const keep = (use) => {
      const chunks = [];
      incoming.on("data", (chunk) => chunks.push(chunk));
      incoming.once("end", () => use(Buffer.concat(chunks)));
    };
    if (method === "POST" && /^\/api\/[^/]+\/[^/]+\/[^/]+\/commit\//.test(url))
      keep((body) => commits.push({ url, lines: linesOf(body) }));
    if (method === "POST" && LISTS.test(url)) keep((body) => lists.push({ url, body: JSON.parse(body) }));
    pipeline(incoming, forwarded).catch(() => forwarded.destroy());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Gives the commits so far and forgets them: each as `{ url, lines }`, the lines parsed. */
    take: () => commits.splice(0),
    /** The same of the lists that were asked about before: each as `{ url, body }`. */
    takeLists: () => lists.splice(0),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const linesOf = (body) =>
  body
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
