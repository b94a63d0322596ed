// Requests by the platform's fetch, on a real wire.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openFile } from "../../src/node/disk.js";
import { FetchTransport } from "../../src/transport/fetch.js";
import type { Outgoing } from "../../src/transport/transport.js";
import { temporaryFolder } from "../harness/folder.js";
import { Server, type Seen } from "../harness/server.js";
import type { ServerResponse } from "node:http";

const transport = new FetchTransport(fetch);
const signal = new AbortController().signal;

async function serve(answer: (request: Seen, response: ServerResponse) => void, host?: string) {
  const server = new Server(answer);
  const url = await server.start(host);
  onTestFinished(() => server.stop());
  return { server, url };
}

function outgoing(url: string, more: Partial<Outgoing> = {}): Outgoing {
  return { method: "GET", url, headers: [], body: undefined, stream: false, ...more };
}

describe("a request by fetch", () => {
  it("brings status, headers in lower case, and the text of any answer", async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(418, { "X-Odd": "yes", "Content-Type": "text/plain" }).end("short and stout");
    });
    const answer = await transport.send(outgoing(url), { signal });
    expect(answer).toMatchObject({ status: 418, text: "short and stout", response: undefined });
    expect(answer.headers).toContainEqual(["x-odd", "yes"]);
  });

  it("sends method, headers and text", async () => {
    const { server, url } = await serve((_, response) => response.end());
    const headers = [
      ["authorization", "Bearer hf_x"],
      ["content-type", "application/json"],
    ] as const;
    await transport.send(outgoing(`${url}/a?b=c`, { method: "POST", headers, body: '{"ä":1}' }), { signal });
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: "POST", url: "/a?b=c" });
    expect(seen?.headers).toMatchObject({ authorization: "Bearer hf_x", "content-type": "application/json" });
    expect(seen?.body.toString()).toBe('{"ä":1}');
    expect(seen?.headers.cookie).toBeUndefined();
  });

  it.each(["memory", "disk", "range of a disk file"])(
    "sends a body from %s with its length, never in chunks",
    async (kind) => {
      const { server, url } = await serve((_, response) => response.end());
      const bytes = new Uint8Array(5_000_000).map((_, index) => index * 31);
      let body: Blob = new Blob([bytes]);
      let expected: Uint8Array = bytes;
      if (kind !== "memory") {
        const file = join(temporaryFolder(), "a.bin");
        writeFileSync(file, bytes);
        body = (await openFile(file)).blob;
      }
      if (kind.startsWith("range")) {
        body = body.slice(1_000_001, 4_000_003);
        expected = bytes.subarray(1_000_001, 4_000_003);
      }
      await transport.send(outgoing(url, { method: "PUT", body }), { signal });
      const [seen] = server.seen;
      expect(seen?.headers["content-length"]).toBe(String(expected.length));
      expect(seen?.headers["transfer-encoding"]).toBeUndefined();
      expect(seen?.headers["content-type"]).toBeUndefined();
      expect(seen?.body.equals(expected)).toBe(true);
    },
  );

  it("leaves a good answer unread when it is to be streamed, and reads a bad one", async () => {
    const { url } = await serve((request, response) => {
      response.writeHead(request.url === "/good" ? 200 : 404).end("text");
    });
    const good = await transport.send(outgoing(`${url}/good`, { stream: true }), { signal });
    expect(good).toMatchObject({ status: 200, text: "" });
    expect(await good.response?.text()).toBe("text");
    const bad = await transport.send(outgoing(`${url}/bad`, { stream: true }), { signal });
    expect(bad).toMatchObject({ status: 404, text: "text", response: undefined });
  });

  it("follows a redirect to another host without the token", async () => {
    const store = await serve((_, response) => response.end("content"), "127.0.0.2");
    const hub = await serve((_, response) => response.writeHead(302, { location: `${store.url}/object?sig=1` }).end());
    const headers = [
      ["authorization", "Bearer hf_x"],
      ["range", "bytes=0-1"],
    ] as const;
    const answer = await transport.send(outgoing(hub.url, { headers }), { signal });
    expect(answer.text).toBe("content");
    expect(hub.server.seen[0]?.headers.authorization).toBe("Bearer hf_x");
    expect(store.server.seen[0]?.headers.authorization).toBeUndefined();
    expect(store.server.seen[0]?.headers.range).toBe("bytes=0-1");
  });

  it("stops at once when it is aborted", async () => {
    const { server, url } = await serve(() => undefined);
    const controller = new AbortController();
    const sending = transport.send(outgoing(url), { signal: controller.signal });
    await expect.poll(() => server.seen.length).toBe(1);
    controller.abort();
    await expect(sending).rejects.toMatchObject({ name: "AbortError" });
    await expect.poll(() => server.cut).toBe(1);
  });

  it("uses the caller's fetch as a plain function", async () => {
    const asked: unknown[] = [];
    const own = new FetchTransport(function (this: unknown, input) {
      asked.push(this, input);
      return Promise.resolve(new Response("own"));
    });
    expect((await own.send(outgoing("https://hub.example/"), { signal })).text).toBe("own");
    expect(asked).toEqual([undefined, "https://hub.example/"]);
  });
});
