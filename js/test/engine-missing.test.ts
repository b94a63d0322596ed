// A runtime that cannot run the engine, or lets it have no workers: the first call says what to do, and the next one may work.
import { readFileSync } from "node:fs";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type * as hubferry from "../src/entry/node.js";

const wasm = readFileSync(new URL("../src/wasm/core_bg.wasm", import.meta.url));
const token = "hf_thisIsASecret";
const known = { hubUrl: "http://127.0.0.1:9", accessToken: token, repo: "a/b" };
let fresh: typeof hubferry;

// Node's own fetch is made of WebAssembly too; it has to be there before that goes.
beforeAll(() => fetch("data:,"));

/** Each test has a package of its own, whose engine has not been started. */
beforeEach(async () => {
  vi.resetModules();
  fresh = await import("../src/entry/node.js");
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Checks what a call is rejected with. */
async function refused(call: PromiseLike<unknown>, code: string, ...says: RegExp[]): Promise<void> {
  const error: unknown = await Promise.resolve(call).then(
    () => "it was taken",
    (error: unknown) => error,
  );
  expect(error).toMatchObject({ code, name: "HubferryError" });
  const { message, stack, cause } = error as Error;
  for (const part of says) expect(message).toMatch(part);
  expect(`${message} ${stack} ${String(cause)} ${JSON.stringify(error)}`).not.toContain(token);
}

describe("without WebAssembly", () => {
  beforeEach(() => {
    vi.stubGlobal("WebAssembly", undefined);
  });

  it.each<[string, () => PromiseLike<unknown>]>([
    ["init", () => fresh.init()],
    ["init with options", () => fresh.init({})],
    ["init with bytes", () => fresh.init(wasm)],
    ["a call", () => fresh.whoAmI(known)],
    ["an upload", () => fresh.uploadFile({ ...known, file: { path: "a", content: "a" } })],
    ["an upload of a folder", () => fresh.uploadFolder({ ...known, folder: new Map([["a", "a"]]) })],
    ["a filter", () => fresh.filterRepoObjects(["a"])],
  ])("%s says that this runtime has none", async (_, call) => {
    await refused(call(), "unsupported", /WebAssembly/, /wasm-unsafe-eval/);
  });
});

describe("where WebAssembly must not be compiled", () => {
  it("says which word of the page's policy is missing, and works once it may", async () => {
    const compile = vi
      .spyOn(WebAssembly, "compile")
      .mockRejectedValue(new WebAssembly.CompileError("Refused to compile by Content Security Policy"));
    const upload = (): PromiseLike<unknown> => fresh.uploadFile({ ...known, file: { path: "a", content: "a" } });
    await refused(upload(), "unsupported", /could not be compiled/, /Content-Security-Policy.*'wasm-unsafe-eval'/);
    compile.mockRestore();
    await fresh.init();
  });
});

describe("init with something else than the engine", () => {
  const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  it.each<[string, () => unknown, string, RegExp]>([
    ["bytes of another kind", () => new Uint8Array([1, 2, 3, 4]), "unsupported", /could not be compiled.*whole/],
    ["half of it", () => wasm.subarray(0, wasm.length / 2), "unsupported", /could not be compiled.*whole/],
    ["no bytes", () => new ArrayBuffer(0), "unsupported", /could not be compiled.*whole/],
    ["the wasm of something else", () => empty, "unsupported", /is not the engine of this version/],
    [
      "a module of something else",
      () => new WebAssembly.Module(empty),
      "unsupported",
      /is not the engine of this version/,
    ],
    [
      "a page of HTML",
      () => new Response("<html></html>", { headers: { "content-type": "text/html" } }),
      "unsupported",
      /could not be compiled.*whole/,
    ],
    [
      "an answer that says that it is not there",
      () => new Response("", { status: 404 }),
      "blocked",
      /say where it is with init/,
    ],
    [
      "an address that leads nowhere",
      () => new URL("http://127.0.0.1:9/core.wasm"),
      "blocked",
      /could not be loaded from http:/,
    ],
    ["a number", () => 42, "invalid_input", /init takes/],
  ])("(%s) says so, and the next call may do better", async (_, source, code, says) => {
    const call = fresh.init(source() as Uint8Array<ArrayBuffer>);
    if (code === "invalid_input")
      await expect(call).rejects.toMatchObject({ code, name: "InvalidInputError", message: says });
    else await refused(call, code, says);
    await fresh.init(wasm);
    expect(await fresh.filterRepoObjects(["a", "b"], { allowPatterns: "b" })).toEqual(["b"]);
  });
});

describe("workers that do not start", () => {
  it.each<[string, () => unknown]>([
    [
      "throw",
      () => {
        throw new DOMException("worker-src 'none'", "SecurityError");
      },
    ],
    ["fail at once", () => failing("error")],
    ["cannot read what they are sent", () => failing("messageerror")],
  ])("that %s leave the work to this thread", async (_, spawn) => {
    const { platform, setPlatform } = await import("../src/platform.js");
    const { chooseCompute } = await import("../src/compute/choose.js");
    setPlatform({ ...platform(), spawn: () => spawn() as Worker });
    vi.stubGlobal("Worker", EventTarget);
    vi.stubGlobal("navigator", { hardwareConcurrency: 2 });
    const compute = await chooseCompute(true);
    for (let tries = 0; tries < 2; tries++) {
      const task = { kind: "digest", blob: new Blob(["abc"]), size: 3, digest: "sha256" } as const;
      const done = await compute.run(task, { signal: new AbortController().signal });
      expect(done).toMatchObject({ kind: "digested", digest: expect.stringMatching(/^ba7816bf/) as string });
    }
  });
});

describe("this thread's code that does not load", () => {
  it("fails the work, and says why", async () => {
    vi.doMock("../src/compute/here.js", () => {
      throw new Error("gone");
    });
    const { chooseCompute } = await import("../src/compute/choose.js");
    const compute = await chooseCompute(false);
    const task = { kind: "digest", blob: new Blob(["abc"]), size: 3, digest: "sha256" } as const;
    const done = await compute.run(task, { signal: new AbortController().signal });
    vi.doUnmock("../src/compute/here.js");
    const message = expect.stringMatching(/did not load/) as string;
    expect(done).toMatchObject({ kind: "failed", failure: { code: "blocked", message } });
  });
});

/** A worker that says only that it has failed. */
function failing(type: string): object {
  const target = new EventTarget();
  setTimeout(() => target.dispatchEvent(new Event(type)), 0);
  return Object.assign(target, { postMessage: () => undefined, terminate: () => undefined });
}
