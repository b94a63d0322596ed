// The upload handler against the embedded Hub, under Node: what is taken, what is refused, and what clients are told.
import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { downloadFile, listCommits } from "../../src/entry/node.js";
import {
  bearer,
  createUploadHandler,
  Refusal,
  signedUrl,
  signUploadUrl,
  type AnswerReport,
  type UploadAnswer,
  type UploadHandler,
  type UploadHandlerOptions,
} from "../../src/entry/edge-node.js";
import { suiteHub } from "../harness/suite-hub.js";
import { MIB, noise } from "../harness/packing.js";

const { hub, known, newRepo } = suiteHub();

afterEach(async () => {
  await hub.heal();
  await hub.xet({ offered: true });
});

const TOKEN = "of somebody who may";
const SECRET = "a secret of enough characters";
const ADDRESS = "https://files.example.org/";

/** A handler with a repo of its own. */
async function handlerOf(
  options: Partial<UploadHandlerOptions> = {},
): Promise<{ repo: string; upload: UploadHandler; reports: AnswerReport[] }> {
  const repo = await newRepo();
  await hub.forget();
  const reports: AnswerReport[] = [];
  const upload = createUploadHandler({
    repo,
    ...known,
    authorize: bearer({ tokens: [TOKEN.replaceAll(" ", "-")] }),
    onAnswer: (report) => reports.push(report),
    ...options,
  });
  return { repo, upload, reports };
}

/** Bodies of {@link streamOf} that somebody has read to their end. */
const ended = new WeakSet<ReadableStream>();

/** A body that comes piece by piece, each when it is asked for. */
function streamOf(bytes: Uint8Array, cutAt = Infinity): ReadableStream<Uint8Array> {
  let at = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (at >= cutAt) controller.error(new Error("the client is gone"));
        else if (at < bytes.length) controller.enqueue(bytes.slice(at, (at += 65_537)));
        else {
          controller.close();
          ended.add(body);
        }
      },
    },
    { highWaterMark: 0 },
  );
  return body;
}

/** Whether all of a body had come; one that there is none of has. */
const hasCome = ({ body }: Request): boolean => body === null || ended.has(body);

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array | string | ReadableStream<Uint8Array>;
}

function request(path: string, { method = "PUT", headers = {}, body = "content" }: Sent = {}): Request {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const all = { authorization: `Bearer ${TOKEN.replaceAll(" ", "-")}`, ...headers };
  if (method === "GET") return new Request(ADDRESS + path, { method, headers: all });
  if (bytes instanceof ReadableStream) {
    const init = { method, headers: all, body: bytes as ReadableStream<Uint8Array<ArrayBuffer>>, duplex: "half" };
    return new Request(ADDRESS + path, init);
  }
  return request(path, {
    method,
    headers: { "content-length": String(bytes.length), ...headers },
    body: streamOf(bytes),
  });
}

/** What an answer says is wrong, with its status. */
async function refusalIn(response: Response): Promise<{ status: number; code: string; message: string }> {
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  return { status: response.status, ...error };
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

async function contentOf(repo: string, path: string): Promise<Uint8Array> {
  const blob = await downloadFile({ ...known, repo, path });
  return new Uint8Array(await (blob ?? new Blob()).arrayBuffer());
}

async function commitsOf(repo: string): Promise<number> {
  let count = 0;
  for await (const _ of listCommits({ ...known, repo })) count += 1;
  return count;
}

describe("a file", () => {
  it("that is small becomes part of a commit", async () => {
    const { repo, upload } = await handlerOf();
    const response = await upload(request("notes/a%20b.txt"));
    const answer = (await response.json()) as UploadAnswer;
    expect(response.status).toBe(201);
    expect(answer).toEqual({
      path: "notes/a b.txt",
      oid: createHash("sha1").update("blob 7\0content").digest("hex"),
      size: 7,
      state: "added",
      commit: {
        oid: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
        url: expect.stringContaining("/commit/") as string,
      },
    });
    expect(new TextDecoder().decode(await contentOf(repo, "notes/a b.txt"))).toBe("content");

    const again = await upload(request("notes/a%20b.txt", { method: "POST" }));
    expect([again.status, ((await again.json()) as UploadAnswer).state]).toEqual([200, "unchanged"]);
    const other = await upload(request("notes/a%20b.txt", { body: "other" }));
    expect([other.status, ((await other.json()) as UploadAnswer).state]).toEqual([200, "updated"]);
    const empty = await upload(request("notes/empty.txt", { body: "" }));
    expect([empty.status, ((await empty.json()) as UploadAnswer).size]).toEqual([201, 0]);
    expect(await commitsOf(repo)).toBe(4);
  });

  it("that is large is stored by Xet, read once", async () => {
    const { repo, upload } = await handlerOf();
    const bytes = noise(24 * MIB + 1, 1);
    const response = await upload(request("big.bin", { body: bytes }));
    const answer = (await response.json()) as UploadAnswer;
    expect(answer).toMatchObject({ path: "big.bin", oid: sha256(bytes), size: bytes.length, state: "added" });
    expect(answer.xetHash).toMatch(/^[0-9a-f]{64}$/);
    expect(sha256(await contentOf(repo, "big.bin"))).toBe(sha256(bytes));
    const again = await upload(request("big.bin", { body: bytes }));
    expect(((await again.json()) as UploadAnswer).state).toBe("unchanged");
  });

  it("that is large goes by LFS where there is no Xet, if its digest is given and holds", async () => {
    await hub.xet({ offered: false });
    const { repo, upload } = await handlerOf();
    const bytes = noise(12 * MIB, 2);
    const digest = { "x-content-sha256": sha256(bytes).toUpperCase() };
    const response = await upload(request("big.bin", { body: bytes, headers: digest }));
    expect(await response.json()).toMatchObject({ path: "big.bin", oid: sha256(bytes), state: "added" });
    expect(sha256(await contentOf(repo, "big.bin"))).toBe(sha256(bytes));

    const without = await refusalIn(await upload(request("other.bin", { body: bytes })));
    expect(without).toMatchObject({ status: 422, code: "sha256_required" });
    // Nothing was sent of this one: what its digest stands for is there.
    const wrong = noise(12 * MIB, 3);
    const copy = request("copy.bin", { body: wrong, headers: digest });
    const known = await upload(copy);
    expect(await known.json()).toMatchObject({ oid: sha256(bytes), state: "added" });
    // And yet it had come before the answer was given, which would be lost on its way else.
    expect(hasCome(copy)).toBe(true);
    const fresh = { "x-content-sha256": sha256(noise(1000, 3)) };
    const mismatch = await refusalIn(await upload(request("third.bin", { body: wrong, headers: fresh })));
    expect(mismatch).toMatchObject({ status: 422, code: "digest_mismatch" });
    expect(await commitsOf(repo)).toBe(3);
  });

  it("whose length nobody says is taken while it is small", async () => {
    const { repo, upload } = await handlerOf({ maxSize: 20 * MIB });
    const small = noise(MIB, 4);
    expect((await upload(request("a.bin", { body: streamOf(small) }))).status).toBe(201);
    expect(sha256(await contentOf(repo, "a.bin"))).toBe(sha256(small));
    const large = await upload(request("b.bin", { body: streamOf(noise(11 * MIB, 5)) }));
    expect(await refusalIn(large)).toMatchObject({ status: 411, code: "length_required" });
    const { upload: strict } = await handlerOf({ maxSize: MIB });
    const over = await strict(request("c.bin", { body: streamOf(noise(2 * MIB, 6)) }));
    expect(await refusalIn(over)).toMatchObject({ status: 413, code: "too_large" });
  });

  it("that is not whole is not committed", async () => {
    const { repo, upload } = await handlerOf();
    const bytes = noise(12 * MIB, 7);
    const length = { "content-length": String(bytes.length) };
    const gone = await upload(request("a.bin", { headers: length, body: streamOf(bytes, 9 * MIB) }));
    expect(await refusalIn(gone)).toMatchObject({ status: 400, code: "incomplete" });
    const short = await upload(request("a.bin", { headers: length, body: streamOf(bytes.subarray(0, 11 * MIB)) }));
    expect(await refusalIn(short)).toMatchObject({ status: 400, code: "incomplete" });
    const long = { "content-length": String(11 * MIB) };
    expect(await refusalIn(await upload(request("a.bin", { headers: long, body: streamOf(bytes) })))).toMatchObject({
      status: 413,
      code: "too_large",
    });
    const other = { ...length, "x-content-sha256": "0".repeat(64) };
    expect(await refusalIn(await upload(request("a.bin", { headers: other, body: streamOf(bytes) })))).toMatchObject({
      status: 422,
      code: "digest_mismatch",
    });
    for (const body of [streamOf(noise(MIB, 8), 65_537), streamOf(noise(1000, 9))]) {
      const answer = await upload(request("a.bin", { headers: { "content-length": "2000" }, body }));
      expect(answer.status).not.toBe(201);
    }
    expect(await commitsOf(repo)).toBe(1);
  });
});

describe("nothing reaches the Hub of a request", () => {
  const rows: [string, number, string, string, Sent][] = [
    ["without a token", 401, "unauthorized", "a.txt", { headers: { authorization: "" } }],
    ["with a wrong token", 401, "unauthorized", "a.txt", { headers: { authorization: "Bearer nope" } }],
    ["of another method", 405, "method_not_allowed", "a.txt", { method: "DELETE" }],
    ["that reads", 405, "method_not_allowed", "a.txt", { method: "GET" }],
    ["that names a folder", 400, "invalid_path", "a/", {}],
    ["that names nothing", 400, "invalid_path", "", {}],
    ["with an escaped slash", 400, "invalid_path", "..%2f..%2fa.txt", {}],
    ["with a control character", 400, "invalid_path", "a%0ab.txt", {}],
    ["into git's own folder", 400, "invalid_path", ".git/config", {}],
    ["for a path that is not allowed", 403, "path_not_allowed", "a.exe", {}],
    ["of another type", 415, "unsupported_type", "a.txt", { headers: { "content-type": "text/html" } }],
    ["of no type", 415, "unsupported_type", "a.txt", { headers: { "content-type": "" } }],
    ["that is compressed", 415, "unsupported_type", "a.txt", { headers: { "content-encoding": "gzip" } }],
    ["that is announced too large", 413, "too_large", "a.txt", { body: "x".repeat(2000) }],
    ["that is too large unannounced", 413, "too_large", "a.txt", { body: streamOf(new Uint8Array(2000)) }],
    ["with an odd digest", 400, "invalid_request", "a.txt", { headers: { "x-content-sha256": "abc" } }],
    ["with another digest", 422, "digest_mismatch", "a.txt", { headers: { "x-content-sha256": "0".repeat(64) } }],
    ["of an odd length", 400, "invalid_request", "a.txt", { headers: { "content-length": "-1" } }],
    ["of a page that may not", 403, "origin_not_allowed", "a.txt", { headers: { origin: "https://evil.example" } }],
  ];
  it.each(rows)("%s", async (_, status, code, path, sent) => {
    const { upload, reports } = await handlerOf({
      maxSize: 1000,
      contentTypes: ["text/plain", "image/*"],
      ignorePatterns: "*.exe",
      cors: { origins: ["https://app.example"] },
    });
    const headers = { "content-type": "text/plain; charset=utf-8", ...sent.headers };
    const asked = request(path, { ...sent, headers });
    const response = await upload(asked);
    const refusal = await refusalIn(response);
    expect(refusal).toMatchObject({ status, code });
    expect(refusal.message).not.toContain(hub.token);
    expect(await hub.requests()).toEqual([]);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ status, code });
    // Whatever was sent has been read past: an answer before that is lost on its way.
    expect(hasCome(asked)).toBe(true);
  });

  it("that is signed for another one", async () => {
    const { upload } = await handlerOf({ authorize: signedUrl({ secret: SECRET }), maxSize: 1000 });
    const sign = (more: object): Promise<string> =>
      signUploadUrl({ url: `${ADDRESS}a.txt`, secret: SECRET, expires: 60, ...more });
    const put = async (url: string, body = "content"): Promise<string> =>
      (await refusalIn(await upload(request(url.slice(ADDRESS.length), { body })))).code;
    expect(await put((await sign({})).replace("a.txt", "b.txt"))).toBe("forbidden");
    expect(await put(await sign({ expires: -1 }))).toBe("expired");
    expect(await put(await sign({ maxSize: 3 }))).toBe("too_large");
    expect(await put(await sign({ contentType: "image/png" }))).toBe("unsupported_type");
    expect(await put(`${ADDRESS}a.txt`)).toBe("unauthorized");
    expect(await hub.requests()).toEqual([]);
    expect((await upload(request((await sign({ maxSize: 7 })).slice(ADDRESS.length)))).status).toBe(201);
    // What is added empty stands for nothing, as in what was signed.
    const more = `${await sign({})}&upload-max-size=&upload-type=`;
    expect((await upload(request(more.slice(ADDRESS.length)))).status).toBe(200);
  });

  it("for which whoever authorizes says anything but yes, or fails", async () => {
    const answers: [unknown, number, string][] = [
      [false, 401, "unauthorized"],
      [undefined, 401, "unauthorized"],
      ["yes", 401, "unauthorized"],
      [{ maxSize: NaN }, 500, "internal"],
      [{ maxSize: -1 }, 500, "internal"],
      [{ contentTypes: "text/plain" }, 500, "internal"],
      [new Refusal("rate_limited", "Slowly"), 429, "rate_limited"],
      [new Error(`the database of ${hub.token} is down`), 500, "internal"],
    ];
    for (const [said, status, code] of answers) {
      const authorize = (): boolean => {
        if (said instanceof Error) throw said;
        return said as boolean;
      };
      const { upload } = await handlerOf({ authorize });
      const refusal = await refusalIn(await upload(request("a.txt")));
      expect(refusal, JSON.stringify(said)).toMatchObject({ status, code });
      expect(refusal.message).not.toContain("hf_");
      expect(await hub.requests()).toEqual([]);
    }
  });

  it("while there are as many as there is room for", async () => {
    const { upload } = await handlerOf({ concurrentUploads: 1, stallSeconds: 1 });
    const first = upload(request("a.txt", { headers: { "content-length": "5" }, body: new ReadableStream({}) }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const second = await upload(request("b.txt"));
    expect(second.headers.get("retry-after")).toBe("5");
    expect(await refusalIn(second)).toMatchObject({ status: 503, code: "busy" });
    expect(await refusalIn(await first)).toMatchObject({ status: 408, code: "timeout" });
    expect(await hub.requests()).toEqual([]);
    expect((await upload(request("b.txt"))).status).toBe(201);
  });
});

describe("what goes wrong at the Hub", () => {
  it("is told by its own status, and never with the token", async () => {
    const rows: [object, number, string][] = [
      [{ repo: "alice/none" }, 404, "not_found"],
      [{ branch: "none" }, 404, "not_found"],
      [{ accessToken: `hf_${"x".repeat(34)}` }, 502, "hub_failed"],
      [{ accessToken: hub.reader.token }, 502, "hub_failed"],
      [{ accessToken: () => undefined as unknown as string }, 500, "internal"],
    ];
    for (const [options, status, code] of rows) {
      const { upload } = await handlerOf(options);
      const refusal = await refusalIn(await upload(request("a.txt")));
      expect(refusal).toMatchObject({ status, code });
      expect(refusal.message).not.toContain("hf_");
    }
  });

  it("is told without the token also where the Hub repeats it", async () => {
    const { upload } = await handlerOf();
    const body = JSON.stringify({ error: `nothing is committed by ${hub.token}` });
    await hub.order({ route: "commit", fault: { kind: "status", status: 422, body } });
    const refusal = await refusalIn(await upload(request("a.txt")));
    expect(refusal).toMatchObject({ status: 422, code: "rejected" });
    expect(refusal.message).toContain("nothing is committed by …");
    expect(refusal.message).not.toContain(hub.token);
  });

  it.each([
    ["a store that refuses", { route: "cas.xorb", fault: { kind: "status", status: 400 } }, 422],
    ["a commit that is refused", { route: "commit", fault: { kind: "status", status: 422 } }, 422],
  ])("%s: nothing is committed, and the answer comes when the body has", async (_, rule, status) => {
    const { repo, upload } = await handlerOf();
    await hub.order(rule);
    const asked = request("a.bin", { body: noise(24 * MIB, 11) });
    const refusal = await refusalIn(await upload(asked));
    expect(refusal.status, refusal.message).toBe(status);
    expect(hasCome(asked)).toBe(true);
    expect(await commitsOf(repo)).toBe(1);
  });

  it("a store that fails in the middle of a body that it gets as it comes: to be sent again", async () => {
    await hub.xet({ offered: false });
    const { repo, upload } = await handlerOf();
    await hub.order({ route: "store.put", times: 1, fault: { kind: "status", status: 503 } });
    const bytes = noise(12 * MIB, 12);
    const headers = { "x-content-sha256": sha256(bytes) };
    const response = await upload(request("a.bin", { body: bytes, headers }));
    expect(response.headers.has("retry-after")).toBe(true);
    expect(await refusalIn(response)).toMatchObject({ status: 503, code: "try_again" });
    expect(await commitsOf(repo)).toBe(1);
    expect((await upload(request("a.bin", { body: bytes, headers }))).status).toBe(201);
  });
});

describe("pages of other origins", () => {
  const cors = { origins: ["https://app.example"], maxAgeSeconds: 60 };
  const ask = (origin: string): Request =>
    new Request(`${ADDRESS}a.txt`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "PUT" },
    });

  it("are told beforehand whether they may, and how", async () => {
    const { upload } = await handlerOf({ cors });
    const yes = await upload(ask("https://app.example"));
    expect(yes.status).toBe(204);
    expect(Object.fromEntries(yes.headers)).toMatchObject({
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-methods": "PUT, POST",
      "access-control-allow-headers": expect.stringContaining("x-content-sha256") as string,
      "access-control-max-age": "60",
      vary: "origin",
    });
    const no = await upload(ask("https://evil.example"));
    expect(no.status).toBe(403);
    expect(no.headers.has("access-control-allow-origin")).toBe(false);
    expect(await hub.requests()).toEqual([]);
  });

  it("can read the answer, also that of a refusal", async () => {
    const { upload } = await handlerOf({ cors: () => cors });
    const headers = { origin: "https://app.example" };
    const answers = [
      await upload(request("a.txt", { headers })),
      await upload(request("a.txt", { headers: { ...headers, authorization: "" } })),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 401]);
    for (const answer of answers) {
      expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example");
      expect(answer.headers.get("access-control-expose-headers")).toContain("retry-after");
    }
    const { upload: open } = await handlerOf({ cors: { origins: "*" } });
    expect((await open(ask("https://any.example"))).headers.get("access-control-allow-origin")).toBe("*");
    const { upload: closed } = await handlerOf();
    const none = await closed(ask("https://app.example"));
    expect([none.status, none.headers.has("access-control-allow-origin")]).toEqual([405, false]);
  });
});

describe("a handler is not made", () => {
  const good = { repo: "a/b", accessToken: "hf_x", authorize: () => true };
  it.each([
    ["without authorize", { authorize: undefined }, /authorize/],
    ["without a repo", { repo: undefined }, /repo/],
    ["without a token", { accessToken: "" }, /accessToken/],
    ["with an odd base", { basePath: "files" }, /basePath/],
    ["with an odd size", { maxSize: 1.5 }, /maxSize/],
    ["with odd types", { contentTypes: ["image"] }, /contentTypes/],
    ["with odd origins", { cors: { origins: ["https://app.example/"] } }, /origins/],
    ["with no room", { concurrentUploads: 0 }, /concurrentUploads/],
  ])("%s", (_, change, message) => {
    const options = { ...good, ...change } as UploadHandlerOptions;
    expect(() => createUploadHandler(options)).toThrow(message);
    try {
      createUploadHandler(options);
    } catch (error) {
      expect((error as { code: string }).code).toBe("invalid_input");
    }
  });
});
