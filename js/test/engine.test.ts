// How the engine gets in: by the entry, or by whatever `init` is given.
import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { Server } from "./harness/server.js";

const bytes = readFileSync(new URL("../src/wasm/core_bg.wasm", import.meta.url));

/** The package as it is right after its import. */
async function fresh() {
  vi.resetModules();
  return await import("../src/entry/node.js");
}

async function serve(type: string, body: () => Buffer = () => bytes): Promise<string> {
  const server = new Server((request, response) => {
    if (request.url === "/missing.wasm") response.writeHead(404).end();
    else response.writeHead(200, { "content-type": type }).end(body());
  });
  const url = await server.start();
  onTestFinished(() => server.stop());
  return url;
}

const works = async ({ filterRepoObjects }: Awaited<ReturnType<typeof fresh>>): Promise<void> => {
  expect(await filterRepoObjects(["a.txt", "b.bin"], { allowPatterns: "*.txt" })).toEqual(["a.txt"]);
};

describe("the engine", () => {
  let hubferry: Awaited<ReturnType<typeof fresh>>;
  beforeEach(async () => {
    hubferry = await fresh();
  });

  it("starts by itself when it is needed", () => works(hubferry));

  it.each<[string, () => unknown]>([
    ["its bytes", () => bytes],
    ["a module", () => new WebAssembly.Module(bytes)],
    ["a promise of a module", () => WebAssembly.compile(bytes)],
    ["options", () => ({ wasm: bytes })],
    ["an answer", () => new Response(bytes, { headers: { "content-type": "application/wasm" } })],
    ["nothing", () => undefined],
  ])("starts from %s", async (_, source) => {
    await hubferry.init(source() as BufferSource);
    await works(hubferry);
  });

  it.each(["application/wasm", "application/octet-stream"])("starts from a URL that serves %s", async (type) => {
    await hubferry.init(new URL(`${await serve(type)}/core.wasm`));
    await works(hubferry);
  });

  it("stays when it runs, whatever init is given then", async () => {
    await works(hubferry);
    await hubferry.init("http://127.0.0.1:9/nothing.wasm");
    await works(hubferry);
  });

  it("says where it is not, and can be tried again", async () => {
    const url = await serve("application/wasm");
    await expect(hubferry.init("http://127.0.0.1:9/core.wasm")).rejects.toMatchObject({
      code: "blocked",
      retryable: true,
    });
    await expect(hubferry.init(`${url}/missing.wasm`)).rejects.toMatchObject({
      code: "blocked",
      message: expect.stringContaining("/missing.wasm") as string,
    });
    await hubferry.init(`${url}/core.wasm`);
    await works(hubferry);
  });

  it.each(["application/wasm", "text/html"])("says that a broken file cannot be compiled (%s)", async (type) => {
    const url = await serve(type, () => Buffer.from("<html>"));
    await expect(hubferry.init(`${url}/core.wasm`)).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("wasm-unsafe-eval") as string,
    });
  });

  it("needs an entry", async () => {
    vi.resetModules();
    const { collectFiles } = await import("../src/index.js");
    expect(() => collectFiles("folder")).toThrow(/past its entry/);
  });
});
