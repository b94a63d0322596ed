// Who may upload: tokens, and addresses that are signed.
import { describe, expect, it } from "vitest";
import { bearer, signedUrl, signUploadUrl, type Authorize, type SignUploadUrl } from "../../src/entry/edge-node.js";

const SECRET = "a secret of enough characters";
const URL_OF_FILE = "https://files.example.org/files/a%20b.png";

/** What an authorizer says of a request: the grant, or the code of its refusal. */
async function ask<Env>(authorize: Authorize<Env>, request: Request, env: Env): Promise<unknown> {
  try {
    return await authorize({ request, env, path: "a b.png" });
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const withToken = (authorization: string | undefined): Request =>
  new Request(URL_OF_FILE, { method: "PUT", headers: authorization === undefined ? {} : { authorization } });

describe("tokens", () => {
  const byList = bearer<{ tokens: string[] }>({ tokens: ({ tokens }) => tokens });
  const env = { tokens: ["first", "second"] };

  it.each([
    ["Bearer first", true],
    ["bearer second", true],
    ["Bearer third", "unauthorized"],
    ["Bearer firs", "unauthorized"],
    ["Bearer first second", "unauthorized"],
    ["Basic first", "unauthorized"],
    ["Bearer ", "unauthorized"],
    [undefined, "unauthorized"],
  ])("%s: %s", async (header, expected) => {
    expect(await ask(byList, withToken(header), env)).toBe(expected);
  });

  it("nobody comes in where there are none", async () => {
    expect(() => bearer({ tokens: [] })).toThrow(/not empty/);
    expect(() => bearer({ tokens: [""] })).toThrow(/not empty/);
    expect(() => bearer({} as never)).toThrow(/tokens/);
    expect(await ask(byList, withToken("Bearer x"), { tokens: [] })).toBe("invalid_input");
    expect(await ask(byList, withToken("Bearer undefined"), { tokens: [undefined as never] })).toBe("invalid_input");
  });

  it("are known by whoever knows, who may set limits", async () => {
    const asked = bearer({ verify: (token) => token === "good" && { maxSize: 5 } });
    expect(await ask(asked, withToken("Bearer good"), undefined)).toEqual({ maxSize: 5 });
    expect(await ask(asked, withToken("Bearer bad"), undefined)).toBe("unauthorized");
  });
});

describe("signed addresses", () => {
  const authorize = signedUrl({ secret: SECRET });
  const sign = (changes: Partial<SignUploadUrl> = {}): Promise<string> =>
    signUploadUrl({ url: URL_OF_FILE, secret: SECRET, expires: 60, ...changes });
  const put = (url: string, method = "PUT"): Promise<unknown> =>
    ask(authorize, new Request(url, { method }), undefined);

  it("let in whom they were made for, within their limits", async () => {
    expect(await put(await sign())).toEqual({});
    expect(await put(await sign({ maxSize: 10, contentType: "image/*" }))).toEqual({
      maxSize: 10,
      contentTypes: ["image/*"],
    });
    expect(await put(await sign({ method: "POST" }), "POST")).toEqual({});
    expect(await put(await sign({ expires: new Date(Date.now() + 5_000) }))).toEqual({});
  });

  it("keep a query of the caller's own", async () => {
    const url = await sign({ url: `${URL_OF_FILE}?page=2` });
    expect(new URL(url).searchParams.get("page")).toBe("2");
    expect(await put(url)).toEqual({});
  });

  it("end", async () => {
    expect(await put(await sign({ expires: -1 }))).toBe("expired");
    expect(await put(await sign({ expires: new Date(0) }))).toBe("expired");
  });

  const forgeries: [string, (url: URL) => void][] = [
    ["another path", (url) => (url.pathname = "/files/other.png")],
    [
      "a later end",
      (url) => {
        url.searchParams.set("upload-expires", "99999999999");
      },
    ],
    [
      "no end",
      (url) => {
        url.searchParams.delete("upload-expires");
      },
    ],
    [
      "a larger size",
      (url) => {
        url.searchParams.set("upload-max-size", "1000000");
      },
    ],
    [
      "no size",
      (url) => {
        url.searchParams.delete("upload-max-size");
      },
    ],
    [
      "another type",
      (url) => {
        url.searchParams.set("upload-type", "text/html");
      },
    ],
    [
      "a second size",
      (url) => {
        url.searchParams.append("upload-max-size", "1000000");
      },
    ],
    [
      "another signature",
      (url) => {
        url.searchParams.set("upload-signature", "0".repeat(64));
      },
    ],
    [
      "half of the signature",
      (url) => {
        url.searchParams.set("upload-signature", "ab");
      },
    ],
    [
      "an empty signature",
      (url) => {
        url.searchParams.set("upload-signature", "");
      },
    ],
  ];
  it.each(forgeries)("with %s are refused", async (_, change) => {
    const url = new URL(await sign({ maxSize: 10, contentType: "image/png" }));
    change(url);
    expect(await put(url.href)).toBe("forbidden");
  });

  it("of another secret or for another method are refused", async () => {
    expect(await put(await sign({ secret: "another secret, as long" }))).toBe("forbidden");
    expect(await put(await sign(), "POST")).toBe("forbidden");
    expect(await put(URL_OF_FILE)).toBe("unauthorized");
  });

  it("outlive a change of the secret, where both are given", async () => {
    const both = signedUrl<{ secrets: string[] }>({ secret: ({ secrets }) => secrets });
    const request = new Request(await sign(), { method: "PUT" });
    expect(await ask(both, request, { secrets: ["the new secret of all", SECRET] })).toEqual({});
  });

  it("are not made of what cannot be meant", async () => {
    await expect(sign({ secret: "short" })).rejects.toThrow(/16 characters/);
    await expect(sign({ expires: NaN })).rejects.toThrow(/expires/);
    await expect(sign({ maxSize: -1 })).rejects.toThrow(/maxSize/);
    await expect(sign({ contentType: "image" })).rejects.toThrow(/contentTypes/);
    expect(() => signedUrl({ secret: "short" })).toThrow(/16 characters/);
  });
});
