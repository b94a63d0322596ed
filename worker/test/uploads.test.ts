// Files that are sent to the Worker, inside workerd: what arrives, and what is refused.
import { createExecutionContext } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { downloadFile } from "hubferry";
import worker from "../src/index.js";
import { ask, bindings, bodyOf, forget, known, noise, offerXet, seen, sha256 } from "./hub.js";

const MIB = 1024 ** 2;
const ADDRESS = "https://worker.example";
const token = { authorization: "Bearer first-token" };

interface Answer {
  readonly path: string;
  readonly oid: string;
  readonly state: string;
  readonly xetHash?: string;
  readonly commit: { readonly oid: string };
  readonly error?: { readonly code: string; readonly message: string };
}

beforeEach(forget);
afterEach(() => offerXet(true));

function put(path: string, bytes: Uint8Array<ArrayBuffer> | string, headers: HeadersInit = token): Promise<Response> {
  const body = typeof bytes === "string" ? bytes : bodyOf(bytes);
  return ask(`${ADDRESS}${path}`, { method: "PUT", headers, body });
}

async function digestAt(path: string): Promise<string> {
  const blob = await downloadFile({ ...known, repo: bindings.REPO, path });
  return await sha256(new Uint8Array(await (blob ?? new Blob()).arrayBuffer()));
}

/** What the Hub was asked, but for what tests ask it. */
async function asked(): Promise<string[]> {
  return (await seen()).map(({ method, route }) => `${method} ${route}`).filter((line) => !line.includes("control"));
}

describe("a file", () => {
  it("arrives, small or large, by Xet or LFS", async () => {
    const rows: [string, number, boolean][] = [
      ["small.txt", 100, true],
      ["xet.bin", 20 * MIB + 3, true],
      ["lfs.bin", 20 * MIB + 3, false],
    ];
    for (const [name, size, offered] of rows) {
      await offerXet(offered);
      const text = new TextEncoder().encode("text ".repeat(20)) as Uint8Array<ArrayBuffer>;
      const bytes = name.endsWith(".txt") ? text : noise(size, name.length + size);
      const digest = await sha256(bytes);
      const response = await put(`/files/a%20b/${name}`, bytes, { ...token, "x-content-sha256": digest });
      const answer = await response.json<Answer>();
      expect(response.status, JSON.stringify(answer)).toBe(201);
      expect(answer).toMatchObject({ path: `uploads/a b/${name}`, size, state: "added" });
      expect(answer.xetHash !== undefined).toBe(name === "xet.bin");
      expect(await digestAt(`uploads/a b/${name}`)).toBe(digest);
    }
  });

  it("may come from somebody with a signed address only", async () => {
    const signed = await ask(`${ADDRESS}/sign`, {
      method: "POST",
      headers: token,
      body: JSON.stringify({ path: "of a page.txt", maxSize: 10, contentType: "text/plain" }),
    });
    const { url } = await signed.json<{ url: string }>();
    const send = (to: string, body: string, type = "text/plain"): Promise<Response> =>
      ask(to, {
        method: "PUT",
        headers: { "content-type": type, origin: "https://app.example" },
        body,
      });
    const statuses = [
      await send(url.replace("page", "pope"), "short"),
      await send(url, "this is too long"),
      await send(url, "short", "text/html"),
      await send(`${url}0`, "short"),
    ].map(({ status }) => status);
    expect(statuses).toEqual([403, 413, 415, 403]);
    expect(await asked()).toEqual([]);
    const good = await send(url, "short");
    expect(good.status).toBe(201);
    expect(good.headers.get("access-control-allow-origin")).toBe("https://app.example");
  });
});

it("what the operator has forgotten is said in JSON, and not what it is", async () => {
  const request = new Request<unknown, IncomingRequestCfProperties>(`${ADDRESS}/sign`, {
    method: "POST",
    // Not from the network, so nobody else says it.
    headers: { ...token, "content-length": "16" },
    body: '{"path":"a.txt"}',
  });
  const forgetful = { ...bindings, UPLOAD_SECRET: undefined as unknown as string };
  const response = await worker.fetch(request, forgetful, createExecutionContext());
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({ error: { code: "internal", message: "Something is wrong here" } });
});

describe("nothing reaches the Hub of a request", () => {
  const rows: [string, number, string, RequestInit][] = [
    ["without a token", 401, "/files/a.txt", {}],
    ["with a wrong token", 401, "/files/a.txt", { headers: { authorization: "Bearer third-token" } }],
    ["of another method", 405, "/files/a.txt", { method: "DELETE", headers: token }],
    ["outside of the folder", 404, "/other/a.txt", { headers: token }],
    ["with an escaped slash", 400, "/files/..%2f..%2fa.txt", { headers: token }],
    ["that is escaped twice", 400, "/files/%252e%252e/a.txt", { headers: token }],
    ["for git's own folder", 400, "/files/.git/config", { headers: token }],
    ["for a path that is not allowed", 403, "/files/a.exe", { headers: token }],
    ["of another page", 403, "/files/a.txt", { headers: { ...token, origin: "https://evil.example" } }],
    [
      "for an address of half a character",
      400,
      "/sign",
      { method: "POST", headers: token, body: '{"path":"\\ud800"}' },
    ],
    [
      "for an address, with more than one could need",
      413,
      "/sign",
      { method: "POST", headers: token, body: JSON.stringify({ path: "a.txt", more: "x".repeat(20_000) }) },
    ],
    ["for an address, without a token", 401, "/sign", { method: "POST" }],
    ["with feedback, without a token", 401, "/feedback", { method: "POST" }],
  ];
  it.each(rows)("%s", async (_, status, path, init) => {
    const response = await ask(`${ADDRESS}${path}`, { method: "PUT", body: "content", ...init });
    const text = await response.text();
    expect(response.status, text).toBe(status);
    expect(text).toContain('"error"');
    expect(text).not.toContain("hf_");
    expect(await asked()).toEqual([]);
  });
});
