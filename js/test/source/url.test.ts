// Content behind URLs: read by ranges where the server can, whole where it cannot, and always the one that was first seen.
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createRepo, downloadFile, listFiles, uploadFile } from "../../src/entry/node.js";
import { platform, setPlatform } from "../../src/platform.js";
import { isPlatformBlob } from "../../src/source/lazy.js";
import { openUrl } from "../../src/source/url.js";
import { LocalHub } from "../harness/hub.js";
import { Server, type Seen } from "../harness/server.js";

const bytes = new Uint8Array(3_000_000).map((_, index) => index * 31);
let content = bytes;
let etag: string | undefined;
let modified: string | undefined;
let answer: (request: Seen, response: ServerResponse) => void;

/** A server with ranges, as most are. */
const ranged: typeof answer = ({ headers }, response) => {
  if (etag !== undefined) response.setHeader("etag", etag);
  if (modified !== undefined) response.setHeader("last-modified", modified);
  const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "");
  if (range === null) {
    response.end(content);
    return;
  }
  const [start, end] = [Number(range[1]), Math.min(Number(range[2]) + 1, content.length)];
  if (start >= content.length) {
    response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
    return;
  }
  response.writeHead(206, { "content-range": `bytes ${start}-${end - 1}/${content.length}` });
  response.end(content.slice(start, end));
};
const server = new Server((request, response) => {
  answer(request, response);
});
let url: URL;

beforeAll(async () => {
  url = new URL("/folder/some%20file.bin?signature=secret", await server.start());
});
afterAll(() => server.stop());
beforeEach(() => {
  [content, etag, modified, answer] = [bytes, '"1"', "Sat, 21 Nov 2026 09:00:00 GMT", ranged];
  server.seen.length = 0;
});

const equal = async (blob: Blob, expected: Uint8Array): Promise<void> => {
  expect(Buffer.from(await blob.arrayBuffer()).equals(expected)).toBe(true);
  expect(Buffer.from(await new Response(blob.stream()).arrayBuffer()).equals(expected)).toBe(true);
};

describe("content behind a URL", () => {
  it("is read range by range, and never more than is asked for", async () => {
    const blob = await openUrl(url, { name: "x" });
    expect(blob.size).toBe(bytes.length);
    await equal(blob.slice(1000, 2000).slice(10, 20), bytes.slice(1010, 1020));
    expect(server.seen.map(({ headers }) => headers.range)).toEqual([
      "bytes=0-0",
      "bytes=1010-1019",
      "bytes=1010-1019",
    ]);
    await equal(blob, bytes);
    expect(server.seen.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  it.each<[string, () => void]>([
    [
      "is small",
      () => {
        content = bytes.slice(0, 1000);
      },
    ],
    [
      "is empty",
      () => {
        content = new Uint8Array();
      },
    ],
    [
      "comes from a server without ranges",
      () => {
        answer = (_, response) => response.end(content);
      },
    ],
    [
      "comes from a server that does not tell its size",
      () => {
        answer = ({ headers }, response) => {
          if (headers.range === undefined) response.end(content);
          else response.writeHead(206, { "content-range": "bytes 0-0/*" }).end("x");
        };
      },
    ],
  ])("that %s is fetched whole", async (_, prepare) => {
    prepare();
    const blob = await openUrl(url, { name: "x" });
    expect(isPlatformBlob(blob)).toBe(true);
    await equal(blob, content);
  });

  it.each<[string, () => void]>([
    [
      "is longer",
      () => {
        content = new Uint8Array([...bytes, 1]);
      },
    ],
    [
      "is shorter",
      () => {
        content = bytes.slice(1);
      },
    ],
    [
      "is another",
      () => {
        etag = '"2"';
      },
    ],
    [
      "is newer",
      () => {
        modified = "Sat, 21 Nov 2026 10:00:00 GMT";
      },
    ],
    [
      "no longer comes in ranges",
      () => {
        answer = (_, response) => response.end(content);
      },
    ],
    [
      "comes in too few bytes",
      () => {
        answer = (_, response) => {
          response.writeHead(206, {
            "content-range": "bytes 0-99/3000000",
            etag: '"1"',
            "last-modified": "Sat, 21 Nov 2026 09:00:00 GMT",
          });
          response.end("short");
        };
      },
    ],
  ])("that %s when it is read again has changed", async (_, change) => {
    const blob = await openUrl(url, { name: "x" });
    change();
    await expect(blob.slice(0, 100).arrayBuffer()).rejects.toMatchObject({ name: "FileChangedError" });
  });

  it.each<[string, number, string]>([
    ["is missing", 404, "file_unreadable"],
    ["is forbidden", 403, "file_unreadable"],
    ["fails", 500, "file_unreadable"],
  ])("that %s cannot be read", async (_, status, code) => {
    answer = (_, response) => response.writeHead(status).end("<html>secret</html>");
    const error: unknown = await openUrl(url, { name: "x", path: "p" }).catch((error: unknown) => error);
    expect(error).toMatchObject({ code, path: "p", message: expect.stringContaining(`answered ${status}`) as string });
    expect(String(error)).not.toContain("secret");
  });

  it("that breaks off says so, whichever way it was read", async () => {
    answer = (_, response) => {
      response.writeHead(200, { "content-length": "5000000" });
      response.write("begun", () => response.destroy());
    };
    await expect(openUrl(url, { name: "x" })).rejects.toMatchObject({ code: "blocked", retryable: true });
  });

  it("is asked for by the caller's fetch, and no more once the caller has enough", async () => {
    const asked: string[] = [];
    const own: typeof fetch = (input, init) => {
      asked.push(input instanceof Request ? input.url : input.toString());
      return fetch(input, init);
    };
    const controller = new AbortController();
    const blob = await openUrl(url, { name: "x", fetch: own, signal: controller.signal });
    await blob.slice(0, 10).arrayBuffer();
    expect(asked).toEqual([url.href, url.href]);
    controller.abort(new Error("enough"));
    await expect(blob.slice(0, 10).arrayBuffer()).rejects.toThrow("enough");
    answer = () => undefined;
    server.seen.length = 0;
    const waiting = new AbortController();
    const opening = openUrl(url, { name: "x", signal: waiting.signal });
    await expect.poll(() => server.seen.length).toBe(1);
    waiting.abort(new Error("at last"));
    await expect(opening).rejects.toThrow("at last");
  });

  it("is copied where lanes have to read it", async () => {
    const node = platform();
    setPlatform({ ...node, spawn: () => Object.create(null) as Worker });
    onTestFinished(() => {
      setPlatform(node);
    });
    await equal(await openUrl(url, { name: "x" }), bytes);
    expect(server.seen.map(({ headers }) => headers.range)).toEqual([undefined]);
  });
});

describe("an upload of a URL", () => {
  const hub = new LocalHub();
  let known: { hubUrl: string; accessToken: string; repo: string };
  beforeAll(async () => {
    await hub.start();
    known = { hubUrl: hub.url, accessToken: hub.token, repo: "alice/urls" };
    await createRepo(known);
  });
  afterAll(() => hub.stop());

  it("takes the name from the URL, and the bytes from its server", async () => {
    await uploadFile({ ...known, file: url });
    const blob = await downloadFile({ ...known, path: "some file.bin" });
    await equal(blob ?? new Blob(), bytes);
    expect(server.seen.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  it("ends when the content changes meanwhile, and leaves the repo as it was", async () => {
    content = new Uint8Array(12_000_000).map((_, index) => index * 7);
    let reads = 0;
    answer = (request, response) => {
      if (++reads > 2) etag = '"new"';
      ranged(request, response);
    };
    await hub.forget();
    await expect(uploadFile({ ...known, file: { path: "moving.bin", content: url } })).rejects.toMatchObject({
      name: "FileChangedError",
      path: "moving.bin",
    });
    expect((await hub.requests()).filter(({ route }) => route === "commit")).toEqual([]);
    const paths: string[] = [];
    for await (const { path } of listFiles(known)) paths.push(path);
    expect(paths).not.toContain("moving.bin");
  });
});
