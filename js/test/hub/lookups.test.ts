// What is there, who may see it, and what has happened: calls that change nothing, and branches that go.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  checkRepoAccess,
  commit,
  createBranch,
  createRepo,
  deleteBranch,
  downloadFile,
  fileDownloadInfo,
  fileExists,
  HubApiError,
  InvalidInputError,
  listCommits,
  uploadFile,
  uploadFiles,
} from "../../src/entry/node.js";
import { LocalHub } from "../harness/hub.js";
import { Server } from "../harness/server.js";

const hub = new LocalHub();
const repo = "datasets/alice/looked-at";
const large = new Uint8Array(11_000_000).fill(7);
let known: { hubUrl: string; accessToken: string; repo: string };

beforeAll(async () => {
  await hub.start();
  known = { hubUrl: hub.url, accessToken: hub.token, repo };
  await createRepo({ ...known, visibility: "private" });
  await uploadFiles({
    ...known,
    commitTitle: "First",
    files: [
      { path: "a b/ü#.txt", content: "text" },
      { path: "empty", content: "" },
      { path: "large.bin", content: large },
    ],
  });
});
afterAll(() => hub.stop());

describe("fileExists", () => {
  it.each<[string, boolean, object]>([
    ["a file", true, { path: "a b/ü#.txt" }],
    ["an empty file", true, { path: "empty" }],
    ["a file stored by LFS", true, { path: "large.bin" }],
    ["a file at a revision", true, { path: "empty", revision: "main" }],
    ["nothing", false, { path: "never" }],
    ["a folder", false, { path: "a b" }],
    ["a revision that is not there", false, { path: "empty", revision: "never" }],
    ["a repo that is not there", false, { path: "empty", repo: "alice/never" }],
  ])("of %s is %s", async (_, expected, which) => {
    expect(await fileExists({ ...known, path: "", ...which })).toBe(expected);
  });

  it("does not say that a file is missing which only hides", async () => {
    await expect(fileExists({ hubUrl: hub.url, repo, path: "empty" })).rejects.toBeInstanceOf(HubApiError);
  });
});

describe("fileDownloadInfo", () => {
  it("tells size, mark and address of each kind of file", async () => {
    const text = await fileDownloadInfo({ ...known, path: "a b/ü#.txt" });
    expect(text).toMatchObject({ size: 4, url: `${hub.url}/${repo}/resolve/main/a%20b/%C3%BC%23.txt` });
    expect(text?.etag).toMatch(/^"[0-9a-f]{40}"$/);
    expect(await fileDownloadInfo({ ...known, path: "empty" })).toMatchObject({ size: 0 });
    expect(await fileDownloadInfo({ ...known, path: "large.bin" })).toMatchObject({ size: large.length });
    const pointer = await fileDownloadInfo({ ...known, path: "large.bin", raw: true });
    expect(pointer?.size).toBeLessThan(200);
    expect(pointer?.url).toContain("/raw/main/large.bin");
    const shown = await fileDownloadInfo({ ...known, path: "empty", noContentDisposition: true });
    expect(shown?.url).toMatch(/\?noContentDisposition=1$/);
    expect(await fileDownloadInfo({ ...known, path: "never" })).toBeNull();
    await expect(fileDownloadInfo({ ...known, path: "empty", revision: "never" })).rejects.toMatchObject({
      code: "revision_not_found",
    });
  });

  it("reads what the Hub says of a file stored by Xet", async () => {
    const server = new Server((_, response) => {
      response.writeHead(200, {
        "content-type": "application/vnd.xet-fileinfo+json",
        "x-linked-size": "5000000000",
        "x-linked-etag": '"abc"',
        "x-xet-hash": "f00",
        link: '<https://hub.example/token>; rel="xet-auth", <https://cas.example/r/f00>; rel="xet-reconstruction-info"',
      });
      response.end("{}");
    });
    const hubUrl = await server.start();
    const info = await fileDownloadInfo({ hubUrl, repo: "a/b", path: "x" });
    expect(info).toEqual({
      size: 5_000_000_000,
      etag: '"abc"',
      url: `${hubUrl}/a/b/resolve/main/x`,
      xet: {
        hash: "f00",
        refreshUrl: new URL("https://hub.example/token"),
        reconstructionUrl: new URL("https://cas.example/r/f00"),
      },
    });
    await server.stop();
  });

  it("does not wait for the content that a server without ranges sends", async () => {
    const server = new Server((_, response) => {
      response.writeHead(200, { "content-length": "1000000000", etag: '"x"' });
      response.write("begun and never ended");
    });
    const hubUrl = await server.start();
    expect(await fileDownloadInfo({ hubUrl, repo: "a/b", path: "x" })).toMatchObject({ size: 1_000_000_000 });
    await expect.poll(() => server.cut).toBe(1);
    await server.stop();
  });
});

describe("downloadFile", () => {
  it("gives the pointer of a large file when that is asked for", async () => {
    const pointer = await downloadFile({ ...known, path: "large.bin", raw: true });
    expect(await pointer?.text()).toContain(`size ${large.length}`);
    expect(await (await downloadFile({ ...known, path: "a b/ü#.txt", raw: true }))?.text()).toBe("text");
    expect(await downloadFile({ ...known, path: "never", raw: true })).toBeNull();
  });
});

describe("checkRepoAccess", () => {
  it("resolves for who may read the repo, and says why not to others", async () => {
    await expect(checkRepoAccess(known)).resolves.toBeUndefined();
    const refused = expect(checkRepoAccess({ hubUrl: hub.url, repo }));
    await refused.rejects.toMatchObject({ name: "HubApiError", statusCode: 401, code: "repo_not_found" });
    await expect(checkRepoAccess({ ...known, repo: "alice/never" })).rejects.toMatchObject({ statusCode: 404 });
    const unknown = checkRepoAccess({ ...known, accessToken: "hf_nobodyHasThis" });
    await expect(unknown).rejects.toMatchObject({ statusCode: 401, code: "unauthorized" });
  });
});

describe("createRepo", () => {
  it("takes a repo that is there from a token that may not make it, and no other", async () => {
    const readOnly = { hubUrl: hub.url, accessToken: hub.reader.token, existOk: true };
    await createRepo({ ...known, repo: "alice/open" });
    const { repoUrl } = await createRepo({ ...readOnly, repo: "alice/open" });
    expect(repoUrl).toBe(`${hub.url}/alice/open`);
    const missing = createRepo({ ...readOnly, repo: "rita/never" });
    await expect(missing).rejects.toMatchObject({ code: "forbidden", statusCode: 403 });
    await expect(createRepo({ ...readOnly, existOk: false, repo: "alice/open" })).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});

describe("listCommits", () => {
  it("goes back through the history, page by page", async () => {
    const many = { ...known, repo: "alice/history" };
    await createRepo(many);
    for (let n = 1; n <= 5; n++) {
      await commit({
        ...many,
        title: `Number ${n}`,
        description: "why",
        operations: [{ operation: "addOrUpdate", path: "n", content: String(n) }],
      });
    }
    await hub.forget();
    const found: string[] = [];
    for await (const { oid, title, message, authors, date } of listCommits({ ...many, batchSize: 2 })) {
      expect(oid).toMatch(/^[0-9a-f]{40}$/);
      expect(date.getTime()).toBeGreaterThan(0);
      expect(authors[0]).toEqual({ username: expect.any(String) as string, avatarUrl: expect.any(String) as string });
      expect(typeof message).toBe("string");
      found.push(title);
    }
    expect(found.slice(0, 5)).toEqual(["Number 5", "Number 4", "Number 3", "Number 2", "Number 1"]);
    expect((await hub.requests()).length).toBeGreaterThanOrEqual(3);
    await hub.forget();
    for await (const { title } of listCommits({ ...many, batchSize: 1 })) {
      expect(title).toBe("Number 5");
      break;
    }
    expect((await hub.requests()).length).toBe(1);
  });

  it.each([0, -1, 1.5, 1001, Number.NaN, Infinity])("refuses pages of %d commits", async (batchSize) => {
    await expect(listCommits({ ...known, batchSize }).next()).rejects.toBeInstanceOf(InvalidInputError);
  });
});

describe("deleteBranch", () => {
  it("deletes a branch, and neither main nor one that is not there", async () => {
    await createBranch({ ...known, branch: "side/1" });
    await uploadFile({ ...known, branch: "side/1", file: { path: "x", content: "x" } });
    await deleteBranch({ ...known, branch: "side/1" });
    expect(await fileExists({ ...known, path: "x", revision: "side/1" })).toBe(false);
    await expect(deleteBranch({ ...known, branch: "side/1" })).rejects.toBeInstanceOf(HubApiError);
    await expect(deleteBranch({ ...known, branch: "main" })).rejects.toMatchObject({ code: "forbidden" });
    for (const branch of ["", ".."])
      await expect(deleteBranch({ ...known, branch })).rejects.toBeInstanceOf(InvalidInputError);
    expect(await fileExists({ ...known, path: "empty" })).toBe(true);
  });
});
