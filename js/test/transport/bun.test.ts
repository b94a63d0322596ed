// How bodies go out under Bun. That Bun then sends them is tested with Bun itself, by the packed package.
import { describe, expect, it } from "vitest";
import { bunTransport } from "../../src/node/bun.js";
import { LazyBlob } from "../../src/source/lazy.js";

/** What reaches `fetch` for a body. */
async function sent(body: Blob | string): Promise<RequestInit & { headers: Headers }> {
  let seen: RequestInit = {};
  const transport = bunTransport((_, init) => {
    seen = init ?? {};
    return Promise.resolve(new Response("ok"));
  });
  const headers: [string, string][] = [["x-one", "1"]];
  const request = { method: "PUT", url: "https://store.example/a", headers, body, stream: false } as const;
  await transport.send(request, { signal: new AbortController().signal });
  return { ...seen, headers: new Headers(seen.headers) };
}

const bytesOf = async (body: unknown): Promise<number[]> => [
  ...new Uint8Array(await new Response(body as BodyInit).arrayBuffer()),
];

describe("under Bun", () => {
  const read = (start: number, end: number): Promise<Uint8Array<ArrayBuffer>> =>
    Promise.resolve(new Uint8Array([0, 1, 2, 3, 4, 5]).subarray(start, end));

  it.each([
    ["a blob that is read on demand", new LazyBlob({ read }, 1, 4)],
    ["a file with a type", new File([new Uint8Array([1, 2, 3])], "a.txt", { type: "text/plain" })],
  ])("%s goes as a stream with its length", async (_, blob) => {
    const { body, headers } = await sent(blob);
    expect(body).toBeInstanceOf(ReadableStream);
    expect(await bytesOf(body)).toEqual([1, 2, 3]);
    expect([...headers]).toEqual([
      ["content-length", "3"],
      ["x-one", "1"],
    ]);
  });

  it.each([["a text", "text"] as const, ["bytes", new Blob([new Uint8Array(3)])] as const])(
    "%s goes as it is",
    async (_, body) => {
      const init = await sent(body);
      expect(init.body).toBe(body);
      expect([...init.headers]).toEqual([["x-one", "1"]]);
    },
  );
});
