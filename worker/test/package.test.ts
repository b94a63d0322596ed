// The package in workerd, by the same import as everywhere.
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import * as hubferry from "hubferry";
import { Sha256, sha256 as coreSha256 } from "hubferry/core";
import { bodyOf, forget, known, noise, offerXet, seen, sha256 } from "./hub.js";

const MIB = 1024 ** 2;
const repo = "datasets/alice/package";

beforeAll(async () => {
  await hubferry.createRepo({ ...known, repo });
});
afterEach(() => offerXet(true));

async function contentOf(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await hubferry.downloadFile({ ...known, repo, path });
  if (blob === null) throw new Error(`${path} is not there`);
  return new Uint8Array(await blob.arrayBuffer());
}

it("asks the Hub", async () => {
  expect((await hubferry.whoAmI(known)).name).toBe("alice");
  expect(await hubferry.repoExists({ ...known, repo })).toBe(true);
  expect(await hubferry.repoExists({ ...known, repo: "datasets/alice/none" })).toBe(false);
  await expect(
    hubferry.uploadFile({ ...known, repo: "datasets/alice/none", file: new File(["a"], "a") }),
  ).rejects.toMatchObject({
    code: "repo_not_found",
  });
});

it("makes one commit of adds and deletes", async () => {
  const file = { path: "old.txt", content: "old" };
  await hubferry.uploadFile({ ...known, repo, file });
  const { commit, files } = await hubferry.commit({
    ...known,
    repo,
    title: "Both",
    operations: [
      { operation: "addOrUpdate", path: "new.txt", content: new TextEncoder().encode("new") },
      { operation: "delete", path: "old.txt" },
    ],
  });
  expect(commit.oid).toMatch(/^[0-9a-f]{40}$/);
  expect(files.map(({ path, state }) => `${path} ${state}`)).toEqual(["new.txt added"]);
  expect(new TextDecoder().decode(await contentOf("new.txt"))).toBe("new");
  expect(await hubferry.fileExists({ ...known, repo, path: "old.txt" })).toBe(false);
});

describe.each([
  ["Xet", true],
  ["LFS", false],
])("by %s", (name, offered) => {
  it("pushes a folder, reads it back, and pushes nothing the second time", async () => {
    await offerXet(offered);
    const folder = new Map<string, Blob>();
    for (let i = 0; i < 12; i += 1)
      folder.set(`${name}/part-${i}.bin`, new Blob([noise(300_000 + i, 100 * i + name.length)]));
    folder.set(`${name}/notes/read.txt`, new Blob(["read me"]));
    const output = await hubferry.uploadFolder({ ...known, repo, folder });
    expect(output.verified).toBe(true);
    expect(output.files).toHaveLength(13);
    for (const [path, content] of folder) {
      const bytes = new Uint8Array(await content.arrayBuffer());
      expect(await sha256(await contentOf(path)), path).toBe(await sha256(bytes));
    }
    const isXet = output.files.some(({ xetHash }) => xetHash !== undefined);
    expect(isXet).toBe(offered);
    const again = await hubferry.uploadFolder({ ...known, repo, folder });
    expect(again.commits).toEqual([]);
  });

  it("sends a stream as it comes, which is longer than what is held", async () => {
    await offerXet(offered);
    const bytes = noise(20 * MIB + 1, name.length);
    const file = {
      path: `${name}/stream.bin`,
      content: bodyOf(bytes),
      size: bytes.length,
      sha256: await sha256(bytes),
    };
    const output = await hubferry.uploadFile({ ...known, repo, file });
    expect(output.files[0]).toMatchObject({ size: bytes.length, state: "added", oid: file.sha256 });
    expect(await sha256(await contentOf(file.path))).toBe(file.sha256);
  });

  it("commits no stream that is not what was said of it", async () => {
    await offerXet(offered);
    const bytes = noise(12 * MIB, 70 + name.length);
    const said = { path: `${name}/wrong.bin`, size: bytes.length, sha256: await sha256(noise(9, 9)) };
    const wrong = hubferry.uploadFile({ ...known, repo, file: { ...said, content: bodyOf(bytes) } });
    await expect(wrong).rejects.toMatchObject({ code: "file_changed" });
    expect(await hubferry.fileExists({ ...known, repo, path: said.path })).toBe(false);
  });
});

it("has no more than six requests waiting for headers at a time", async () => {
  await offerXet(false);
  let waiting = 0;
  let most = 0;
  const counting: typeof fetch = async (input, init) => {
    most = Math.max(most, (waiting += 1));
    try {
      const response = await fetch(input, init);
      await scheduler.wait(20);
      return response;
    } finally {
      waiting -= 1;
    }
  };
  const folder = new Map<string, Blob>();
  for (let i = 0; i < 40; i += 1) folder.set(`crowd/${i}.bin`, new Blob([noise(40_000, 1_000 + i)]));
  await hubferry.uploadFolder({ ...known, repo, folder, fetch: counting, commits: "auto" });
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(6);
});

it("stops when it is told to, and then asks nothing more", async () => {
  const stop = new AbortController();
  const bytes = noise(24 * MIB, 5);
  const job = hubferry.uploadFile({
    ...known,
    repo,
    file: { path: "stopped.bin", content: bodyOf(bytes), size: bytes.length },
    abortSignal: stop.signal,
  });
  await scheduler.wait(30);
  stop.abort();
  await expect(job).rejects.toMatchObject({ name: "AbortError" });
  await forget();
  await scheduler.wait(100);
  expect((await seen()).filter(({ route }) => !route.startsWith("control"))).toEqual([]);
  expect(await hubferry.fileExists({ ...known, repo, path: "stopped.bin" })).toBe(false);
});

it("hashes alone, at once", async () => {
  const bytes = noise(100_000, 3);
  expect(new Sha256().update(bytes).digest()).toBe(await sha256(bytes));
  expect(await coreSha256(bytes)).toBe(await sha256(bytes));
});
