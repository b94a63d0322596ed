// A door in front of the Hub that keeps the commits which go through it, as they were sent. Everything else passes unseen.
import { createServer, request as send } from "node:http";
import { pipeline } from "node:stream/promises";

/** Opens a door to the Hub at `target`; push to its `url`. */
export async function startRecorder(target) {
  const commits = [];
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    // The Hub takes its own address from the header Host, so that its links lead through the door, too.
    const forwarded = send(`${target}${url}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      pipeline(answer, outgoing).catch(() => outgoing.destroy());
    });
    forwarded.once("error", () => outgoing.destroy());
    if (method === "POST" && /^\/api\/[^/]+\/[^/]+\/[^/]+\/commit\//.test(url)) {
      const chunks = [];
      incoming.on("data", (chunk) => chunks.push(chunk));
      incoming.once("end", () => commits.push({ url, lines: linesOf(Buffer.concat(chunks)) }));
    }
    pipeline(incoming, forwarded).catch(() => forwarded.destroy());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Gives the commits so far and forgets them: each as `{ url, lines }`, the lines parsed. */
    take: () => commits.splice(0),
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
