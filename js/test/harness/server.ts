// A small HTTP server that remembers what it was asked.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as it arrived. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A server on a free port of this machine. */
export class Server {
  readonly seen: Seen[] = [];
  /** Requests that ended before their answer. */
  cut = 0;
  readonly #server;

  constructor(answer: (request: Seen, response: ServerResponse) => void) {
    this.#server = createServer((request, response) => {
      response.on("close", () => {
        if (!response.writableFinished) this.cut += 1;
      });
      void this.#take(request).then((seen) => {
        answer(seen, response);
      });
    });
  }

  async start(host = "127.0.0.1"): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, host, resolve));
    const { address, port } = this.#server.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage): Promise<Seen> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", url = "", headers } = request;
    const seen = { method, url, headers, body: Buffer.concat(chunks) };
    this.seen.push(seen);
    return seen;
  }
}
