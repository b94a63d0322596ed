// Pushes by Xet to the embedded Hub under Node, through the public functions: the real engine in place, a store that checks everything.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createRepo, downloadFile, uploadFile, uploadFiles, uploadFolder } from "../../src/entry/node.js";
import { temporaryFolder } from "../harness/folder.js";
import { LocalHub, type LoggedRequest } from "../harness/hub.js";
import { suiteHub } from "../harness/suite-hub.js";
import { countedBlob, MIB, noise } from "../harness/packing.js";

const { hub, known } = suiteHub();
let serial = 0;

afterEach(() => hub.heal());

async function newRepo(): Promise<string> {
  const repo = `alice/xet-${serial++}`;
  await createRepo({ ...known, repo });
  await hub.forget();
  return repo;
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

async function contentOf(repo: string, path: string): Promise<Uint8Array> {
  const blob = await downloadFile({ ...known, repo, path });
  return new Uint8Array(await (blob ?? new Blob()).arrayBuffer());
}

const asked = async (route: string): Promise<LoggedRequest[]> =>
  (await hub.requests()).filter((request) => request.route === route);

const bytesOf = (requests: LoggedRequest[]): number =>
  requests.reduce((sum, { requestBytes }) => sum + requestBytes, 0);

describe("a push by Xet", () => {
  it("stores large files in the content store, and reads them back", async () => {
    const repo = await newRepo();
    const large = noise(9 * MIB + 1, 1);
    const files = { "notes.txt": "small", "model.bin": large, "deep/other.bin": noise(100_000, 2), "empty.bin": "" };
    const output = await uploadFolder({ ...known, repo, folder: temporaryFolder(files) });
    expect(output.verified).toBe(true);
    for (const [path, content] of Object.entries(files)) {
      const bytes = Buffer.from(content);
      expect(sha256(await contentOf(repo, path)), path).toBe(sha256(bytes));
      const told = output.files.find((file) => file.path === path);
      const isXet = path.endsWith(".bin") && bytes.length > 0;
      expect(told?.xetHash !== undefined, path).toBe(isXet);
      if (isXet) expect(told?.oid).toBe(sha256(bytes));
    }
    expect(await asked("store.put")).toEqual([]);
    expect((await asked("cas.xorb")).length).toBe(1);
    expect((await asked("cas.shard")).length).toBe(1);
  });

  it("sends nothing of what has not changed, and nothing of a copy", async () => {
    const repo = await newRepo();
    const content = noise(6 * MIB, 3);
    const folder = temporaryFolder({ "a.bin": content, "b.bin": noise(50_000, 4) });
    const first = await uploadFolder({ ...known, repo, folder });
    await hub.forget();
    const again = await uploadFolder({ ...known, repo, folder });
    expect(again.commit).toEqual(first.commit);
    expect(again.files.map(({ state }) => state)).toEqual(["unchanged", "unchanged"]);
    expect(await asked("cas.xorb")).toEqual([]);

    const copied = await uploadFile({ ...known, repo, file: { path: "c.bin", content: new Blob([content]) } });
    expect(copied.files[0]).toMatchObject({ path: "c.bin", oid: sha256(content), state: "added" });
    expect(await asked("cas.xorb")).toEqual([]);
    expect(copied.bytes.deduplicated).toBe(content.length);
    expect(sha256(await contentOf(repo, "c.bin"))).toBe(sha256(content));
  });

  it("sends the same content once, however many files have it", async () => {
    const repo = await newRepo();
    const content = noise(5 * MIB, 5);
    const files = ["a", "b", "c"].map((path) => ({ path: `${path}.bin`, content: new Blob([content]) }));
    await uploadFiles({ ...known, repo, files });
    expect(bytesOf(await asked("cas.xorb"))).toBeLessThan(content.length * 1.01);
    for (const { path } of files) expect(sha256(await contentOf(repo, path))).toBe(sha256(content));
  });

  it("sends what is new in a file of which the Hub has another version", async () => {
    const repo = await newRepo();
    const before = noise(24 * MIB, 6);
    await uploadFile({ ...known, repo, file: { path: "model.bin", content: new Blob([before]) } });
    await hub.forget();
    const header = noise(64 * 1024, 7);
    const inserted = noise(MIB, 8);
    const parts = [header, before.subarray(header.length, 12 * MIB), inserted, before.subarray(12 * MIB)];
    const { blob, readBytes } = countedBlob(new Uint8Array(Buffer.concat(parts)));
    await uploadFile({ ...known, repo, file: { path: "model.bin", content: blob } });
    expect(bytesOf(await asked("cas.xorb"))).toBeLessThan(3 * MIB);
    expect(readBytes()).toBe(blob.size);
    expect(sha256(await contentOf(repo, "model.bin"))).toBe(sha256(Buffer.concat(parts)));
  });

  describe("reads each byte once", () => {
    it.each([
      ["of many small files", Array.from({ length: 60 }, (_, at) => 20_000 + 317 * at)],
      ["of large files", [3 * MIB, 9 * MIB + 1]],
      ["of both", [100, 70_000, 5 * MIB, 2 * MIB]],
    ])("%s", async (_, sizes) => {
      const repo = await newRepo();
      const counted = sizes.map((size, at) => countedBlob(noise(size, 100 + at)));
      const files = counted.map(({ blob }, at) => ({ path: `${at}.bin`, content: blob }));
      await uploadFiles({ ...known, repo, files });
      expect(counted.map(({ readBytes }) => readBytes())).toEqual(sizes);
    });

    it("of what is sent again because the store failed", async () => {
      const repo = await newRepo();
      await hub.order({ route: "cas.xorb", times: 2, fault: { kind: "status", status: 500 } });
      const { blob, readBytes } = countedBlob(noise(5 * MIB, 9));
      await uploadFile({ ...known, repo, file: { path: "a.bin", content: blob } });
      expect(readBytes()).toBe(blob.size);
      expect((await asked("cas.xorb")).map(({ status }) => status)).toEqual([500, 500, 200]);
    });
  });

  it("falls back to LFS where the Hub does not offer it, and when it is told to", async () => {
    const other = new LocalHub();
    await other.start("--no-xet");
    try {
      const there = { hubUrl: other.url, accessToken: other.token, repo: "alice/by-lfs" };
      await createRepo(there);
      const content = noise(2 * MIB, 10);
      const output = await uploadFile({ ...there, file: { path: "a.bin", content: new Blob([content]) } });
      expect(output.files[0]).toMatchObject({ oid: sha256(content), state: "added" });
      expect(output.files[0]?.xetHash).toBeUndefined();
      expect((await other.requests()).filter(({ route }) => route === "store.put").length).toBe(1);
    } finally {
      await other.stop();
    }
    const repo = await newRepo();
    await uploadFile({ ...known, repo, useXet: false, file: { path: "a.bin", content: new Blob([noise(MIB, 11)]) } });
    expect((await hub.requests()).some(({ route }) => route.startsWith("cas.") || route.startsWith("xet."))).toBe(
      false,
    );
  });

  it.each([
    ["the store fails three times", { route: "cas.xorb", times: 3, fault: { kind: "status", status: 503 } }],
    ["a xorb is cut on its way", { route: "cas.xorb", times: 1, fault: { kind: "cutRequest", afterBytes: 10_000 } }],
    ["an answer about a xorb is lost", { route: "cas.xorb", times: 1, fault: { kind: "dropAnswer" } }],
    ["an answer about a shard is lost", { route: "cas.shard", times: 1, fault: { kind: "dropAnswer" } }],
    ["the store never knows a chunk", { route: "cas.chunk", fault: { kind: "status", status: 500 } }],
    ["the store breaks off whenever it is asked about a chunk", { route: "cas.chunk", fault: { kind: "drop" } }],
    ["the store answers nonsense about chunks", { route: "cas.chunk", fault: { kind: "html", status: 200 } }],
    ["the store is slow", { face: "cas", fault: { kind: "delay", ms: 300 } }],
    ["a token is over before its time", { route: "cas.xorb", times: 1, fault: { kind: "expired" } }],
  ])("ends well though %s", async (_, fault) => {
    const repo = await newRepo();
    await hub.order(fault);
    const content = noise(3 * MIB, 20 + serial);
    const output = await uploadFile({ ...known, repo, file: { path: "a.bin", content: new Blob([content]) } });
    expect(output.verified).toBe(true);
    expect(sha256(await contentOf(repo, "a.bin"))).toBe(sha256(content));
  });

  it("stays in its caller's fetch, and no token goes where it does not belong", async () => {
    const repo = await newRepo();
    const seen: { url: string; authorization: string | null }[] = [];
    const own: typeof fetch = (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      seen.push({ url, authorization: new Headers(init?.headers).get("authorization") });
      return fetch(input, init);
    };
    const files = [{ path: "a.bin", content: new Blob([noise(3 * MIB, 40)]) }];
    await uploadFiles({ ...known, repo, files, fetch: own });
    const logged = await hub.requests();
    expect(seen.length).toBe(logged.length);
    expect(logged.filter(({ route }) => route === "cas.xorb").length).toBe(1);
    for (const { url, authorization } of seen) {
      expect(authorization?.includes(known.accessToken) ?? false, url).toBe(url.startsWith(hub.url));
    }
  });

  it.each(["cas.xorb", "cas.shard", "cas.chunk"])(
    "ends when it is stopped while %s hangs, and so does every request",
    async (route) => {
      const repo = await newRepo();
      await hub.order({ route, fault: { kind: "stall" } });
      const job = uploadFile({
        ...known,
        repo,
        file: { path: "a.bin", content: new Blob([noise(3 * MIB, 50 + serial)]) },
      });
      const ended = job.then(
        () => "it worked",
        (error: unknown) => error,
      );
      await expect.poll(async () => (await asked(route)).length).toBe(1);
      job.abort();
      expect(await ended).toMatchObject({ name: "AbortError" });
      await expect.poll(async () => (await hub.requests()).every(({ endedAt }) => endedAt !== null)).toBe(true);
    },
  );

  it("notices a file that changes while it is pushed", async () => {
    const repo = await newRepo();
    const path = join(temporaryFolder({ "a.bin": noise(3 * MIB, 60) }), "a.bin");
    const job = uploadFile({ ...known, repo, file: pathToFileURL(path) });
    for await (const event of job) {
      if (event.event !== "phase" || event.phase !== "preuploading") continue;
      writeFileSync(path, noise(3 * MIB - 1, 61));
      break;
    }
    await expect(job).rejects.toMatchObject({ code: "file_changed", path: "a.bin" });
    expect(await asked("commit")).toEqual([]);
  });

  it("counts what it says it counts", async () => {
    const repo = await newRepo();
    const content = noise(3 * MIB, 70);
    const files = ["a", "b"].map((path) => ({ path: `${path}.bin`, content: new Blob([content]) }));
    const job = uploadFiles({ ...known, repo, files });
    const { bytes } = await job;
    expect(bytes).toMatchObject({ total: 2 * content.length, read: 2 * content.length, deduplicated: content.length });
    expect(bytes.sent).toBeGreaterThan(content.length);
    expect(bytes.sent).toBeLessThan(content.length * 1.02);
    expect(job.progress.bytes).toMatchObject({ registered: bytes.total, committed: bytes.total });
  });
});

describe("a token that lives five seconds", () => {
  const short = new LocalHub();
  beforeAll(() => short.start("--xet-token-lifetime", "5"));
  afterAll(() => short.stop());

  it("is renewed, and the push ends well", async () => {
    const there = { hubUrl: short.url, accessToken: short.token, repo: "alice/short" };
    await createRepo(there);
    await short.order({ route: "cas.xorb", times: 1, fault: { kind: "delay", ms: 6000 } });
    const content = noise(3 * MIB, 80);
    const output = await uploadFile({ ...there, file: { path: "a.bin", content: new Blob([content]) } });
    expect(output.verified).toBe(true);
    const tokens = (await short.requests()).filter(({ route }) => route === "xet.write-token");
    expect(tokens.length).toBeGreaterThan(1);
  }, 60_000);
});
