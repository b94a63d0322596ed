// What Xet stores is read from the content-addressed store, exactly, whatever goes wrong on the way.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  createRepo,
  downloadFile,
  fileDownloadInfo,
  isHubferryError,
  uploadFile,
  type DownloadFileParams,
} from "../../src/entry/node.js";
import { expectNoSecret, hasten } from "../harness/bad-input.js";
import { LocalHub, type LoggedRequest } from "../harness/hub.js";
import { noise, storeByXet, type Stored } from "../harness/xet.js";

const MIB = 1024 * 1024;
const hub = new LocalHub();
const repo = "alice/stored-by-xet";
/** In three xorbs, whose turns change every few chunks. */
const scattered = noise(3 * MIB + 17);
/** Longer than what is read at once. */
const large = noise(20 * MIB + 5, 7);
/** The same again and again, and compressible. */
const plain = new Uint8Array(9 * MIB).fill(59);
const stored: Record<string, Stored> = {};
let known: Pick<DownloadFileParams, "hubUrl" | "accessToken" | "repo">;

beforeAll(async () => {
  await hub.start();
  known = { hubUrl: hub.url, accessToken: hub.token, repo };
  await createRepo({ ...known, visibility: "private" });
  stored["scattered"] = await storeByXet(hub, repo, { path: "scattered.bin", bytes: scattered }, { run: 3, xorbs: 3 });
  stored["large"] = await storeByXet(hub, repo, { path: "large.bin", bytes: large });
  stored["plain"] = await storeByXet(hub, repo, { path: "plain.bin", bytes: plain });
}, 60_000);
afterAll(() => hub.stop());
afterEach(async () => {
  vi.restoreAllMocks();
  await hub.heal();
  await hub.xet({ offered: true, tokenLifetimeSeconds: 3600, urlLifetimeSeconds: 3600 });
});

const scatteredBlob = (more: Partial<DownloadFileParams> = {}): Promise<Blob> => open("scattered.bin", more);

async function open(path: string, more: Partial<DownloadFileParams> = {}): Promise<Blob> {
  const blob = await downloadFile({ ...known, path, ...more });
  if (blob === null) throw new Error(`${path} is not there`);
  return blob;
}

/** Compares without printing megabytes. */
function expectSame(found: Uint8Array | ArrayBuffer, expected: Uint8Array): void {
  const bytes = found instanceof ArrayBuffer ? new Uint8Array(found) : found;
  expect(bytes.length).toBe(expected.length);
  expect(Buffer.compare(bytes, expected)).toBe(0);
}

async function routes(): Promise<string[]> {
  return (await hub.requests()).map(({ route }) => route);
}

describe("a file stored by Xet", () => {
  it.each<[string, Uint8Array]>([
    ["scattered.bin", scattered],
    ["large.bin", large],
    ["plain.bin", plain],
  ])("%s comes whole and right, by stream and at once", async (path, bytes) => {
    await hub.forget();
    const blob = await open(path);
    expect(blob.size).toBe(bytes.length);
    expectSame(await blob.arrayBuffer(), bytes);
    expectSame(await new Response(blob.stream()).arrayBuffer(), bytes);
    const asked = await hub.requests();
    expect(asked.filter(({ route }) => route === "resolve")).toEqual([]);
    expect(asked.filter(({ route }) => route === "xet.read-token").length).toBeLessThan(2);
  });

  it("reads every range around every cut, and no more than it needs", async () => {
    const blob = await scatteredBlob();
    const ends = stored["scattered"]?.ends ?? [];
    expect(ends.length).toBeGreaterThan(20);
    const near = [0, ...ends].flatMap((end) => [end - 1, end, end + 1]);
    const starts = near.filter((start) => start >= 0 && start < scattered.length);
    await Promise.all(
      starts.map(async (start, index) => {
        const end = Math.min(start + ([1, 2, 100_000, 400_000][index % 4] ?? 1), scattered.length);
        expectSame(await blob.slice(start, end).arrayBuffer(), scattered.subarray(start, end));
      }),
    );
    await hub.forget();
    expectSame(await blob.slice(1_000_000, 1_000_010).arrayBuffer(), scattered.subarray(1_000_000, 1_000_010));
    expect(await routes()).toEqual(["cas.reconstruction-v2", "store.xorb"]);
    expect(await blob.slice(5, 5).text()).toBe("");
  }, 60_000);

  it("is asked for with the tokens of those that are asked", async () => {
    await hub.forget();
    await (await scatteredBlob()).arrayBuffer();
    const schemes = (face: string): Set<string | null> => new Set(onFace(face).map((one) => one.authorization));
    const asked = await hub.requests();
    const onFace = (face: string): LoggedRequest[] => asked.filter((request) => request.face === face);
    expect(schemes("store")).toEqual(new Set([null]));
    expect(schemes("cas").size).toBe(1);
    expect(schemes("cas").has(null)).toBe(false);
    for (const { headers } of onFace("cas")) expect(JSON.stringify(headers)).not.toContain(hub.token);
  });

  it("is read from the Hub itself when that is wanted", async () => {
    await hub.forget();
    expectSame(await (await open("large.bin", { xet: false })).arrayBuffer(), large);
    expectSame(await (await scatteredBlob({ xet: false })).arrayBuffer(), scattered);
    expect((await routes()).filter((route) => route.startsWith("cas."))).toEqual([]);
  });

  it("spares the requests whose answers are known", async () => {
    const downloadInfo = (await fileDownloadInfo({ ...known, path: "scattered.bin" })) ?? undefined;
    expect(downloadInfo?.xet?.hash).toBe(stored["scattered"]?.hash);
    const response = await fetch(downloadInfo?.xet?.refreshUrl ?? "", {
      headers: { authorization: `Bearer ${hub.token}` },
    });
    const readToken = (await response.json()) as { accessToken: string; casUrl: string; exp: number };
    await hub.forget();
    const blob = await scatteredBlob({ xet: { readToken }, downloadInfo });
    expectSame(await blob.slice(0, 10).arrayBuffer(), scattered.subarray(0, 10));
    expect(await routes()).toEqual(["cas.reconstruction-v2", "store.xorb"]);
  });

  it("keeps to one request at a time when that is wanted", async () => {
    await hub.forget();
    expectSame(await (await open("large.bin", { parallelDownloads: false })).arrayBuffer(), large);
    const windows = (await routes()).filter((route) => route === "cas.reconstruction-v2");
    expect(windows.length).toBe(3);
  });

  it("goes through the caller's own fetch, all of it", async () => {
    await hub.forget();
    const urls: string[] = [];
    const counting: typeof fetch = (input, init) => {
      urls.push(input instanceof Request ? input.url : String(input));
      return fetch(input, init);
    };
    expectSame(await (await scatteredBlob({ fetch: counting })).arrayBuffer(), scattered);
    expect(urls.length).toBe((await hub.requests()).length);
  });

  it("does not read ahead without a bound", async () => {
    await hub.forget();
    const reader = (await open("large.bin")).stream().getReader();
    await reader.read();
    await vi.waitFor(async () => {
      expect((await routes()).filter((route) => route === "store.xorb").length).toBeGreaterThan(0);
    });
    await reader.cancel();
    expect((await routes()).filter((route) => route === "store.xorb").length).toBeLessThanOrEqual(4);
  });
});

describe("reading what Xet stores", () => {
  it.each<[string, object]>([
    ["the store has no second version", { route: "cas.reconstruction-v2", fault: { kind: "status", status: 404 } }],
    ["the second version is not there yet", { route: "cas.reconstruction-v2", fault: { kind: "status", status: 501 } }],
    ["a token is not taken", { route: "cas.reconstruction-v2", times: 2, fault: { kind: "expired" } }],
    ["a URL has expired", { route: "store.xorb", times: 2, fault: { kind: "expired" } }],
    ["the token route fails twice", { route: "xet.read-token", times: 2, fault: { kind: "status", status: 503 } }],
    ["the store answers 500", { route: "cas.reconstruction-v2", times: 2, fault: { kind: "status", status: 500 } }],
    ["the data host answers 503", { route: "store.xorb", times: 3, fault: { kind: "status", status: 503 } }],
    ["a connection breaks before the answer", { route: "store.xorb", times: 2, fault: { kind: "dropAnswer" } }],
    [
      "a connection is reset inside a body",
      { route: "store.xorb", times: 2, reset: true, fault: { kind: "cutAnswer", afterBytes: 5000 } },
    ],
    ["half a body passes for a whole one", { route: "store.xorb", times: 2, fault: { kind: "halfAnswer" } }],
    ["a page comes in place of a body", { route: "store.xorb", times: 1, fault: { kind: "html" } }],
    ["a page comes in place of the plan", { route: "cas.reconstruction-v2", fault: { kind: "html" } }],
    ["a header of a chunk is spoilt once", { route: "store.xorb", times: 1, fault: { kind: "flipAnswer", at: 1 } }],
  ])("goes on when %s", async (_, rule) => {
    hasten();
    await hub.forget();
    await hub.order(rule);
    expectSame(await (await scatteredBlob()).arrayBuffer(), scattered);
    expect((await hub.requests()).filter(({ fault }) => fault !== null)).not.toEqual([]);
  });

  it("takes nothing for the file that is not the file", async () => {
    hasten();
    // A byte inside the first chunk, each time: nothing but the hash of the whole shows it.
    await hub.order({ route: "store.xorb", fault: { kind: "flipAnswer", at: 5000 } });
    const whole = (await scatteredBlob()).arrayBuffer();
    await expect(whole).rejects.toMatchObject({ name: "IntegrityError", code: "integrity", path: "scattered.bin" });
    const streamed = new Response((await scatteredBlob()).stream()).arrayBuffer();
    await expect(streamed).rejects.toMatchObject({ code: "integrity" });
  });

  it("says so when what comes stays damaged", async () => {
    hasten();
    await hub.order({ route: "store.xorb", fault: { kind: "flipAnswer", at: 0 } });
    const error: unknown = await (await scatteredBlob()).arrayBuffer().catch((error: unknown) => error);
    expect(error).toMatchObject({ name: "IntegrityError", path: "scattered.bin" });
    expectNoSecret(error, [hub.token]);
  });

  it.each<[string, object]>([
    ["gives no token", { route: "xet.read-token", fault: { kind: "status", status: 404 } }],
    ["takes no token", { route: "cas.*", fault: { kind: "status", status: 401 } }],
    ["forbids everything", { route: "cas.*", fault: { kind: "status", status: 403 } }],
    ["is down", { route: "cas.*", fault: { kind: "status", status: 503 } }],
    ["does not know the file", { route: "cas.*", fault: { kind: "status", status: 404 } }],
    ["speaks HTML", { route: "cas.*", fault: { kind: "html" } }],
  ])("asks the Hub itself when the store %s", async (_, rule) => {
    hasten();
    await hub.order(rule);
    expectSame(await (await open("large.bin")).arrayBuffer(), large);
    expectSame(await (await scatteredBlob()).slice(100, 2_000_000).arrayBuffer(), scattered.subarray(100, 2_000_000));
  });

  it("lives with tokens and URLs that end while it reads", async () => {
    await hub.xet({ tokenLifetimeSeconds: 1, urlLifetimeSeconds: 1 });
    const blob = await open("large.bin");
    const reader = blob.stream().getReader();
    const pieces: Uint8Array[] = [];
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      pieces.push(read.value);
      await new Promise((resolve) => setTimeout(resolve, 1_200));
    }
    expectSame(Buffer.concat(pieces), large);
    expectSame(await blob.slice(-10).arrayBuffer(), large.subarray(-10));
  });

  it.each(["xet.read-token", "cas.reconstruction-v2", "store.xorb"])("stops at once while %s hangs", async (route) => {
    await hub.order({ route, fault: { kind: "stall" } });
    const controller = new AbortController();
    const blob = await open("large.bin", { abortSignal: controller.signal });
    const reading = expect(blob.arrayBuffer()).rejects.toThrow("enough");
    await vi.waitFor(async () => {
      expect(await routes()).toContain(route);
    });
    const begun = performance.now();
    controller.abort(new Error("enough"));
    await reading;
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  it("does not mix two files when one takes the other's place", async () => {
    hasten();
    await storeByXet(hub, repo, { path: "changing.bin", bytes: noise(MIB, 3) });
    const blob = await open("changing.bin");
    await storeByXet(hub, repo, { path: "changing.bin", bytes: noise(MIB, 4) });
    await hub.order({ route: "cas.*", fault: { kind: "status", status: 403 } });
    const error: unknown = await blob.arrayBuffer().catch((error: unknown) => error);
    expect(isHubferryError(error) && error.code).toBe("conflict");
    await hub.heal();
    // By its hash it can still be had.
    expectSame(await (await open("changing.bin")).arrayBuffer(), noise(MIB, 4));
  });

  it("leaves files that are stored otherwise as they were", async () => {
    await hub.xet({ offered: false });
    const bytes = noise(11 * MIB, 5);
    await uploadFile({ ...known, file: { path: "by-lfs.bin", content: bytes } });
    await uploadFile({ ...known, file: { path: "small.txt", content: "text" } });
    await hub.xet({ offered: true });
    await hub.forget();
    expectSame(await (await open("by-lfs.bin")).arrayBuffer(), bytes);
    expect(await (await open("small.txt")).text()).toBe("text");
    expect((await routes()).filter((route) => route.startsWith("cas."))).toEqual([]);
  });
});
