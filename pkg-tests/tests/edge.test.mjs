// The packed package in a Worker that `wrangler dev` runs, against the embedded Hub: what arrives, what is refused, how much it takes.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { sha256 } from "../harness/compare.mjs";
import { FULL, root } from "../harness/environment.mjs";
import { noise } from "../harness/fixture.mjs";
import { commits as history } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { importInstalled } from "../harness/project.mjs";
import { until } from "../harness/until.mjs";
import { bundle, forgetPeak, memoryOf, startWorker, workerFolder } from "../harness/wrangler.mjs";

const MIB = 1024 ** 2;
/** Bytes of the long body. */
const LONG = (FULL ? 1024 : 64) * MIB;
/** What the engine may take, and what may be added to that while a body goes through. */
const ENGINE_BYTES = 32_000_000;

const TOKEN = randomBytes(12).toString("hex");
const SECRET = randomBytes(24).toString("hex");

/** Sends a body of known length that is made on the way; resolves with the answer and the time. */
function send(url, { method = "PUT", headers = {}, length, pieces }) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    // A connection of its own: one that was kept may be closed in the moment in which it is used again.
    const own = { agent: false, method, headers: { "content-length": length, ...headers } };
    const sent = request(url, own, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.once("end", () => {
        const text = Buffer.concat(parts).toString();
        resolve({
          status: answer.statusCode,
          headers: answer.headers,
          text,
          seconds: (performance.now() - started) / 1000,
        });
      });
    });
    sent.once("error", reject);
    const feed = async () => {
      for (const piece of pieces) if (!sent.write(piece)) await new Promise((go) => sent.once("drain", go));
      sent.end();
    };
    feed().catch(reject);
  });
}

/** Pieces of one MiB that differ, so that nothing is stored twice. */
function* piecesOf(length, seed) {
  const piece = Buffer.from(noise(MIB, seed));
  for (let at = 0; at < length; at += MIB) {
    for (let i = 0; i < MIB; i += 4096) piece.writeUInt32LE(((at + i) / 4096 + seed) >>> 0, i);
    yield Buffer.from(piece.subarray(0, Math.min(MIB, length - at)));
  }
}

/** Writes a request as it is, and reads what comes. */
function raw(url, text) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    const parts = [];
    socket.on("data", (part) => {
      parts.push(part);
      socket.end();
    });
    socket.once("close", () => resolve(Buffer.concat(parts).toString()));
    socket.once("error", reject);
  });
}

describe("an upload address at the edge", () => {
  let hub, worker, sink, hubferry, edge, known;
  const auth = { authorization: `Bearer ${TOKEN}`, "content-type": "application/octet-stream" };
  before(async () => {
    hub = await startHub();
    await hub.create("edge");
    known = { hubUrl: hub.url, accessToken: hub.token, repo: hub.repo("edge") };
    [hubferry, edge] = [await importInstalled("hubferry"), await importInstalled("hubferry/edge")];
    sink = createServer((asked, answer) => {
      asked.on("data", () => undefined);
      asked.once("end", () => answer.end("taken"));
    });
    await new Promise((resolve) => sink.listen(0, "127.0.0.1", resolve));
    worker = await startWorker(workerFolder(join(root, "pkg-tests/workerd")), {
      HUB_URL: hub.url,
      HF_TOKEN: hub.token,
      REPO: `datasets/${hub.user}/edge`,
      UPLOAD_TOKEN: TOKEN,
      UPLOAD_SECRET: SECRET,
      SINK: `http://127.0.0.1:${sink.address().port}/`,
    });
  });
  after(async () => {
    await worker?.stop();
    sink?.close();
    await hub?.stop();
  });

  const put = (path, body, headers = auth) =>
    send(`${worker.url}${path}`, { headers, length: body.length, pieces: [body] });
  const peak = async () => (await (await fetch(`${worker.url}/peak`)).json()).engineBytes;
  const commits = () => history(hub.repoFolder("edge")).length;

  for (const [name, offered] of [
    ["Xet", true],
    ["LFS", false],
  ]) {
    test(`files arrive by ${name}, and are what was sent`, async () => {
      await hub.xet({ offered });
      for (const [path, body] of [
        [`${name}/large ü.bin`, noise(16 * MIB + 5, name.length)],
        [`${name}/small.bin`, noise(50_000, name.length + 10)],
        [`${name}/notes.txt`, Buffer.from(`notes by ${name}`)],
        [`${name}/empty.txt`, Buffer.alloc(0)],
      ]) {
        const headers = { ...auth, "x-content-sha256": sha256(body) };
        const { status, text } = await put(`/files/${encodeURI(path)}`, body, headers);
        assert.equal(status, 201, text);
        const answer = JSON.parse(text);
        assert.equal(answer.path, path);
        assert.equal(answer.size, body.length);
        assert.equal(answer.xetHash !== undefined, offered && path.endsWith(".bin"));
        assert.match(answer.commit.oid, /^[0-9a-f]{40}$/);
        const there = Buffer.from(await (await hubferry.downloadFile({ ...known, path })).arrayBuffer());
        assert.ok(there.equals(body), path);
      }
      await hub.xet({ offered: true });
    });
  }

  test(`${LONG / MIB} MiB go through, in bounded memory`, async (t) => {
    const hash = createHash("sha256");
    for (const piece of piecesOf(LONG, 1)) hash.update(piece);
    const digest = hash.digest("hex");
    // Once before, so that what is measured is a Worker that has run already.
    await put("/files/warm.bin", noise(12 * MIB, 77));
    const passed = await send(`${worker.url}/pass`, { length: LONG, pieces: piecesOf(LONG, 1) });
    assert.equal(passed.text, "taken");

    const pids = worker.processes();
    assert.ok(pids.length > 0);
    const before = pids.map((pid) => memoryOf(pid).now);
    for (const pid of pids) forgetPeak(pid);
    const { status, text, seconds } = await send(`${worker.url}/files/long.bin`, {
      headers: auth,
      length: LONG,
      pieces: piecesOf(LONG, 1),
    });
    assert.equal(status, 201, text);
    const { oid, xetHash } = JSON.parse(text);
    assert.equal(oid, digest);
    assert.ok(xetHash);
    const [info] = await hubferry.pathsInfo({ ...known, paths: ["long.bin"] });
    assert.equal(info.lfs.oid, digest);
    assert.equal(info.size, LONG);
    const there = createHash("sha256");
    const stream = (await hubferry.downloadFile({ ...known, path: "long.bin" })).stream();
    for await (const piece of stream) there.update(piece);
    assert.equal(there.digest("hex"), digest, "read back");

    const engine = await peak();
    const grown = pids.map((pid, index) => memoryOf(pid).peak - before[index]);
    assert.ok(engine <= ENGINE_BYTES, `the engine took ${engine} bytes`);
    const rate = (took) => Math.round(LONG / took / 1e6);
    t.diagnostic(
      `engine ${(engine / 1e6).toFixed(1)} MB; each process of workerd grew by at most ${Math.round(Math.max(...grown) / 1e6)} MB`,
    );
    t.diagnostic(`${rate(seconds)} MB/s to the Hub, ${rate(passed.seconds)} MB/s passed through`);
    // What is not in the engine: buffers, and what the runtime has not collected yet.
    assert.ok(Math.max(...grown) <= 96e6, `a process grew by ${grown.join(", ")} bytes`);
  });

  describe("of what is refused nothing reaches the Hub:", () => {
    const sign = (more = {}) =>
      edge.signUploadUrl({ url: `${worker.url}/files/signed.bin`, secret: SECRET, expires: 60, ...more });
    const small = Buffer.from("content");
    const type = { "content-type": "text/plain" };
    const cases = [
      ["no token", 401, () => put("/files/a.txt", small, type)],
      ["a wrong token", 401, () => put("/files/a.txt", small, { ...type, authorization: "Bearer no" })],
      [
        "a wrong token and a long body",
        401,
        () => put("/files/a.txt", noise(8 * MIB, 3), { authorization: "Bearer no" }),
      ],
      [
        "a forged signature",
        403,
        async () => put(new URL((await sign()).replace("signed", "forged")).href.slice(worker.url.length), small, type),
      ],
      [
        "a signature for less",
        403,
        async () =>
          put((await sign({ maxSize: 5 })).replace("size=5", "size=50").slice(worker.url.length), small, type),
      ],
      [
        "an address that has ended",
        403,
        async () => put((await sign({ expires: -1 })).slice(worker.url.length), small, type),
      ],
      [
        "more than was signed for",
        413,
        async () => put((await sign({ maxSize: 5 })).slice(worker.url.length), small, type),
      ],
      [
        "another type than was signed for",
        415,
        async () => put((await sign({ contentType: "text/csv" })).slice(worker.url.length), small, type),
      ],
      [
        "more than the limit",
        413,
        () =>
          raw(
            worker.url,
            `PUT /files/a.bin HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: text/plain\r\nContent-Length: 2000000000\r\nConnection: close\r\n\r\n`,
          ),
      ],
      [
        "a path upwards",
        400,
        () =>
          raw(
            worker.url,
            `PUT /files/../../a.txt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: text/plain\r\nContent-Length: 1\r\nConnection: close\r\n\r\na`,
          ),
      ],
      [
        "an escaped path upwards",
        400,
        () =>
          raw(
            worker.url,
            `PUT /files/%2e%2e/%2E./a.txt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: text/plain\r\nContent-Length: 1\r\nConnection: close\r\n\r\na`,
          ),
      ],
      ["an escaped slash", 400, () => put("/files/..%2f..%2fa.txt", small)],
      ["a control character", 400, () => put("/files/a%00.txt", small)],
      ["git's own folder", 400, () => put("/files/.git/config", small)],
      ["a path that is not allowed", 403, () => put("/files/a.exe", small)],
      ["another type", 415, () => put("/files/a.txt", small, { ...auth, "content-type": "image/png" })],
      ["another digest", 422, () => put("/files/a.txt", small, { ...auth, "x-content-sha256": "0".repeat(64) })],
      [
        "another method",
        405,
        () => send(`${worker.url}/files/a.txt`, { method: "DELETE", headers: auth, length: 0, pieces: [] }),
      ],
      [
        "a question",
        405,
        () => send(`${worker.url}/files/a.txt`, { method: "GET", headers: auth, length: 0, pieces: [] }),
      ],
    ];
    for (const [name, status, ask] of cases) {
      test(name, async () => {
        await hub.forget();
        const answer = await ask();
        const isRaw = typeof answer === "string";
        const text = isRaw ? answer : answer.text;
        const found = isRaw ? Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]) : answer.status;
        // Some servers straighten such a path out before the Worker sees it; then it is outside of the folder.
        const expected = name.includes("upwards") ? [400, 404] : [status];
        assert.ok(expected.includes(found), `${found}: ${text}`);
        assert.ok(text.includes('"error"'), text);
        assert.ok(!text.includes(hub.token));
        assert.deepEqual(await hub.requests(), []);
      });
    }
  });

  test("of a client that goes away in the middle nothing is committed, and nothing is held for it", async () => {
    const before = { commits: commits(), engine: await peak() };
    const { hostname, port } = new URL(worker.url);
    // More often than there is room for side by side.
    for (let i = 0; i < 4; i += 1) {
      await new Promise((resolve, reject) => {
        const socket = connect(Number(port), hostname);
        socket.once("error", reject);
        socket.write(`PUT /files/gone-${i}.bin HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n`);
        socket.write(`Content-Type: text/plain\r\nContent-Length: ${40 * MIB}\r\n\r\n`);
        socket.write(noise(20 * MIB, i), () => {
          socket.destroy();
          resolve();
        });
      });
    }
    let answer;
    await until(async () => {
      answer = await put("/files/after.bin", noise(12 * MIB, 50));
      return answer.status === 201;
    });
    assert.equal(answer.status, 201, answer.text);
    assert.equal(commits(), before.commits + 1);
    for (let i = 0; i < 4; i += 1) {
      assert.equal(await hubferry.fileExists({ ...known, path: `gone-${i}.bin` }), false);
    }
    assert.ok((await peak()) <= before.engine + 2 * ENGINE_BYTES, "two at a time, and none that stays");
  });

  test("of what the Hub refuses the operator is told all, the client little, and nobody the token", async () => {
    const before = commits();
    await hub.order({ route: "commit", fault: { kind: "status", status: 403, body: '{"error":"not by this one"}' } });
    const { status, text } = await put("/files/refused.txt", Buffer.from("refused"));
    await hub.heal();
    assert.equal(status, 502, text);
    assert.ok(!text.includes("not by this one"), text);
    assert.ok(!text.includes(hub.token), text);
    assert.equal(commits(), before);
    let line;
    await until(() => (line = worker.said.find((said) => said.includes('"path":"refused.txt"'))) !== undefined);
    assert.ok(line.includes("not by this one") && line.includes('"statusCode":403'), line);
    assert.ok(!line.includes(hub.token), line);
  });

  test("the token of the Hub is in no line that was logged", () => {
    // Of each case that is refused there is one at least.
    const codes = new Set(worker.said.map((line) => /^answered .*?"code":"(\w+)"/.exec(line)?.[1]));
    for (const code of ["unauthorized", "too_large", "unsupported_type", "hub_failed"]) {
      assert.ok(codes.has(code), `${code} is not among ${[...codes].join(", ")}`);
    }
    assert.ok(!worker.said.some((line) => line.includes(hub.token)));
  });
});

describe("what is deployed", () => {
  for (const name of ["worker", "pkg-tests/workerd"]) {
    test(`${name} is far smaller than the 3 MB that Cloudflare takes`, (t) => {
      const { gzipBytes } = bundle(workerFolder(join(root, name)));
      t.diagnostic(`${gzipBytes} bytes, compressed`);
      assert.ok(gzipBytes > 100_000, "the engine is in it");
      assert.ok(gzipBytes <= 600_000, `${gzipBytes} bytes`);
    });
  }
});
