// The calls of the API against the embedded Hub.
import { beforeAll, describe, expect, it } from "vitest";
import {
  createBranch,
  createRepo,
  deleteRepo,
  downloadFile,
  HubApiError,
  HubferryError,
  InvalidInputError,
  isHubferryError,
  listFiles,
  pathsInfo,
  repoExists,
  uploadFiles,
  whoAmI,
} from "../../src/entry/node.js";
import { suiteHub } from "../harness/suite-hub.js";

const { hub, known } = suiteHub();

/** What a promise is rejected with. */
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error("it worked");
    },
    (error: unknown) => error,
  );

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of iterable) all.push(one);
  return all;
}

describe("whoAmI", () => {
  it("tells who the token belongs to, with dates as dates", async () => {
    const { name, type, auth } = await whoAmI(known);
    expect({ name, type }).toEqual({ name: "alice", type: "user" });
    expect(auth.accessToken?.role).toBe("write");
    expect(auth.accessToken?.createdAt).toBeInstanceOf(Date);
  });

  it("accepts the old form of the token", async () => {
    const old = { hubUrl: hub.url, credentials: { accessToken: hub.token } };
    expect((await whoAmI(old)).name).toBe("alice");
  });

  it("refuses a call without a token before any request", async () => {
    await hub.forget();
    expect(await errorOf(whoAmI({ hubUrl: hub.url }))).toBeInstanceOf(InvalidInputError);
    expect(await hub.requests()).toEqual([]);
  });
});

describe("repos", () => {
  it("are created, seen, and deleted", async () => {
    const repo = { type: "dataset", name: "alice/one" } as const;
    expect(await repoExists({ ...known, repo })).toBe(false);
    const { repoUrl, id } = await createRepo({ ...known, repo, visibility: "private" });
    expect(repoUrl).toBe(`${hub.url}/datasets/alice/one`);
    expect(id).not.toBe("");
    expect(await repoExists({ ...known, repo })).toBe(true);
    expect(await repoExists({ hubUrl: hub.url, repo })).toBe(false);
    expect(await repoExists({ ...known, repo, revision: "main" })).toBe(true);
    expect(await repoExists({ ...known, repo, revision: "never" })).toBe(false);
    await deleteRepo({ ...known, repo });
    expect(await repoExists({ ...known, repo })).toBe(false);
  });

  it("that are there already are a conflict, or fine when that is asked for", async () => {
    const repo = "alice/twice";
    const first = await createRepo({ ...known, repo });
    expect(await errorOf(createRepo({ ...known, repo }))).toMatchObject({ code: "conflict", statusCode: 409 });
    expect((await createRepo({ ...known, repo, existOk: true })).repoUrl).toBe(first.repoUrl);
  });

  it("can begin with files", async () => {
    const repo = "alice/begun";
    const content = new Blob(["# begun\n"]);
    await createRepo({ ...known, repo, files: [{ path: "README.md", content }] });
    const blob = await downloadFile({ ...known, repo, path: "README.md" });
    expect(await blob?.text()).toBe("# begun\n");
  });

  it("refuse what this version does not know, and names that cannot be", async () => {
    await hub.forget();
    const repo = "alice/x";
    expect(await errorOf(createRepo({ ...known, repo, resourceGroupId: "1" }))).toMatchObject({ code: "unsupported" });
    for (const wrong of ["a/b/c", "", undefined, null, 42, { name: "a/b" }, { type: "dataset" }]) {
      const refused = createRepo({ ...known, repo: wrong as string });
      expect(await errorOf(refused)).toMatchObject({ code: "invalid_input" });
    }
    expect(await errorOf(createRepo({ ...known, repo: { type: "bucket", name: "a/b" } }))).toMatchObject({
      code: "unsupported",
    });
    expect(await hub.requests()).toEqual([]);
  });
});

describe("a repo with files", () => {
  const repo = "alice/files";
  const large = new Uint8Array(12_000_000).map((_, index) => index * 7);
  beforeAll(async () => {
    await createRepo({ ...known, repo });
    const texts = Array.from({ length: 30 }, (_, index) => ({ path: `texts/${index}.txt`, content: `text ${index}` }));
    await uploadFiles({ ...known, repo, files: [...texts, { path: "large.bin", content: large }], useXet: false });
  });

  it("lists a folder, or everything", async () => {
    const top = await collect(listFiles({ ...known, repo }));
    expect(top.map(({ path, type }) => `${type} ${path}`).sort()).toEqual([
      "directory texts",
      "file .gitattributes",
      "file large.bin",
    ]);
    const all = await collect(listFiles({ ...known, repo, recursive: true }));
    expect(all.filter(({ type }) => type === "file").length).toBe(32);
    expect(all.find(({ path }) => path === "large.bin")).toMatchObject({
      size: large.length,
      lfs: { size: large.length },
    });
    expect((await collect(listFiles({ ...known, repo, path: "texts" }))).length).toBe(30);
  });

  it("tells what stands at paths, with the last commit when asked", async () => {
    const paths = ["large.bin", "texts/3.txt", "texts", "never"];
    const infos = await pathsInfo({ ...known, repo, paths, expand: true });
    expect(new Map(infos.map(({ path, type }) => [path, type]))).toEqual(
      new Map([
        ["large.bin", "file"],
        ["texts/3.txt", "file"],
        ["texts", "directory"],
      ]),
    );
    expect(infos.find(({ path }) => path === "texts/3.txt")?.lastCommit.date).toBeInstanceOf(Date);
    expect((await pathsInfo({ ...known, repo, paths: ["never"] })).length).toBe(0);
  });

  it("asks about more paths than one request takes", async () => {
    await hub.forget();
    const paths = [...Array.from({ length: 2000 }, (_, index) => `never/${index}`), "large.bin"];
    expect((await pathsInfo({ ...known, repo, paths })).map(({ path }) => path)).toEqual(["large.bin"]);
    expect((await hub.requests()).length).toBe(3);
  });

  it("gives a small file whole", async () => {
    const blob = await downloadFile({ ...known, repo, path: "texts/7.txt" });
    expect(await blob?.text()).toBe("text 7");
  });

  it("gives a large file range by range, from the commit that it was", async () => {
    const blob = await downloadFile({ ...known, repo, path: "large.bin" });
    if (blob === null) throw new Error("it is not there");
    expect(blob.size).toBe(large.length);
    await hub.forget();
    const part = blob.slice(5_000_000, 5_000_100);
    expect(part.size).toBe(100);
    expect(await hub.requests()).toEqual([]);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(large.slice(5_000_000, 5_000_100));
    const asked = await hub.requests();
    expect(asked.at(-1)?.headers["range"]).toBe("bytes=5000000-5000099");

    await uploadFiles({ ...known, repo, files: [{ path: "large.bin", content: "short now" }] });
    const streamed = new Uint8Array(await new Response(blob.stream()).arrayBuffer());
    expect(Buffer.from(streamed).equals(large)).toBe(true);
    expect(await (await downloadFile({ ...known, repo, path: "large.bin" }))?.text()).toBe("short now");
  });

  it("has null where there is no file", async () => {
    expect(await downloadFile({ ...known, repo, path: "never" })).toBeNull();
    expect(await downloadFile({ ...known, repo, path: "texts" })).toBeNull();
  });

  it("tells a missing repo, revision and branch apart", async () => {
    const missing = errorOf(downloadFile({ ...known, repo: "alice/never", path: "a" }));
    expect(await missing).toMatchObject({ code: "repo_not_found" });
    const revision = errorOf(downloadFile({ ...known, repo, path: "a", revision: "never" }));
    expect(await revision).toMatchObject({ code: "revision_not_found" });
  });

  it("has branches", async () => {
    await createBranch({ ...known, repo, branch: "side/one" });
    const listed = await collect(listFiles({ ...known, repo, revision: "side/one" }));
    expect(listed.length).toBeGreaterThan(1);
    expect(await errorOf(createBranch({ ...known, repo, branch: "side/one" }))).toMatchObject({ code: "conflict" });
    await createBranch({ ...known, repo, branch: "side/one", overwrite: true });
  });
});

describe("a call", () => {
  it("says all there is to say when the Hub refuses, but never the token", async () => {
    const accessToken = "hf_nobodyHasThisToken";
    const error = await errorOf(whoAmI({ hubUrl: hub.url, accessToken }));
    expect(error).toBeInstanceOf(HubApiError);
    expect(error).toBeInstanceOf(HubferryError);
    if (!(error instanceof HubApiError)) return;
    expect(error).toMatchObject({ code: "unauthorized", statusCode: 401, retryable: false });
    expect(error.url).toContain(hub.url);
    expect(error.requestId).toEqual(expect.any(String));
    expect(error.data).toEqual(expect.objectContaining({ error: expect.any(String) as string }));
    expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(accessToken);
  });

  it("uses the caller's fetch for every request", async () => {
    const asked: string[] = [];
    const own: typeof fetch = (input, init) => {
      asked.push(input instanceof Request ? input.url : String(input));
      return fetch(input, init);
    };
    await hub.forget();
    await whoAmI({ ...known, fetch: own });
    await repoExists({ ...known, repo: "alice/never", fetch: own });
    expect(asked.length).toBe((await hub.requests()).length);
    expect(asked.length).toBe(2);
  });

  it("tries again what passes", async () => {
    await hub.order({ route: "whoami", times: 1, fault: { kind: "status", status: 503 } });
    await hub.forget();
    expect((await whoAmI(known)).name).toBe("alice");
    expect((await hub.requests()).map(({ status }) => status)).toEqual([503, 200]);
    await hub.heal();
  });

  it("ends with the signal's reason, and its request with it", async () => {
    await hub.order({ fault: { kind: "stall" } });
    await hub.forget();
    const controller = new AbortController();
    const asking = errorOf(whoAmI({ ...known, abortSignal: controller.signal }));
    await expect.poll(async () => (await hub.requests()).length).toBe(1);
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await asking).toBe(reason);
    await expect.poll(async () => (await hub.requests())[0]?.cut).toBe(true);
    await hub.heal();
    await expect(whoAmI({ ...known, abortSignal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  });

  it("fails by a word of its own when there is no Hub", async () => {
    const fetch = (): Promise<never> => Promise.reject(new DOMException("took too long", "TimeoutError"));
    const error = await errorOf(
      createRepo({ hubUrl: "http://127.0.0.1:9", accessToken: hub.token, repo: "a/b", fetch }),
    );
    expect(error).toMatchObject({ code: "timeout", retryable: true });
    expect(isHubferryError(error)).toBe(true);
  });
});
