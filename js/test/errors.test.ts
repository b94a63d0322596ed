// The errors that callers branch on.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  ERROR_CODES,
  fromFailure,
  HubApiError,
  HubferryError,
  IntegrityError,
  InvalidApiResponseFormatError,
  isHubferryError,
  toError,
  type ErrorCode,
} from "../src/errors.js";

describe("errors", () => {
  it("have the engine's codes, all of them and in its order", () => {
    const source = readFileSync(new URL("../../src/error.rs", import.meta.url), "utf8");
    const engine = [...source.matchAll(/Code::\w+ => "(\w+)"/g)].map(([, code]) => code);
    expect(engine.length).toBeGreaterThan(10);
    expect(ERROR_CODES).toEqual(engine);
  });

  it("stand in docs/errors.md, all of them and in this order, each with whether it is retryable", () => {
    const text = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
    const told = [...text.matchAll(/^### `(\w+)`\n\nRetryable: (yes|no)\. ./gm)].map(([, code, is]) => [code, is]);
    expect(told).toEqual(ERROR_CODES.map((code) => [code, new HubferryError(code, "").retryable ? "yes" : "no"]));
    expect(text.match(/^### /gm)).toHaveLength(ERROR_CODES.length);
  });

  it("are retryable when the engine says so", () => {
    const source = readFileSync(new URL("../../src/error.rs", import.meta.url), "utf8");
    const names = new Map([...source.matchAll(/Code::(\w+) => "(\w+)"/g)].map(([, name, code]) => [name, code]));
    const body = /fn retryable[\s\S]*?\n {4}\}/.exec(source)?.[0] ?? "";
    const retryable = new Set([...body.matchAll(/Code::(\w+)/g)].map(([, name]) => names.get(name ?? "")));
    expect(retryable.size).toBeGreaterThan(3);
    for (const code of ERROR_CODES) expect(new HubferryError(code, "").retryable).toBe(retryable.has(code));
  });

  it.each<[ErrorCode, string]>([
    ["invalid_input", "InvalidInputError"],
    ["file_changed", "FileChangedError"],
    ["integrity", "IntegrityError"],
    ["protocol", "InvalidApiResponseFormatError"],
    ["aborted", "AbortError"],
    ["conflict", "HubferryError"],
  ])("of the engine with the code %s are %s", (code, name) => {
    const error = toError({ code, message: "what happened", retryable: false, path: "a/b" });
    expect(error).toMatchObject({ name, message: "what happened" });
    if (code !== "aborted") expect(error).toMatchObject({ code, path: "a/b" });
  });

  it("of the Hub say what it said", () => {
    const refusal = { status: 403, url: "https://hub.example/x", data: { error: "no" } };
    const error = toError({ code: "forbidden", message: "no", retryable: false, refusal });
    expect(error).toBeInstanceOf(HubApiError);
    expect(error).toMatchObject({ statusCode: 403, url: refusal.url, requestId: undefined, data: { error: "no" } });
  });

  it("are what they are when they are errors already", () => {
    const error = new TypeError("mine");
    expect(toError(error)).toBe(error);
    const ours = new IntegrityError("not equal");
    expect(toError(ours)).toBe(ours);
    expect(toError(new WebAssembly.RuntimeError("unreachable"))).toMatchObject({ code: "internal" });
    expect(toError(undefined)).toMatchObject({ code: "internal" });
  });

  it("are known across realms", () => {
    const other = Object.assign(new Error("elsewhere"), { code: "conflict", retryable: false });
    expect(isHubferryError(other)).toBe(true);
    expect(isHubferryError(new InvalidApiResponseFormatError("odd"))).toBe(true);
    const not = [null, undefined, "conflict", new Error("x"), Object.assign(new Error("x"), { code: "ENOENT" })];
    for (const value of not) expect(isHubferryError(value)).toBe(false);
  });

  it("of the platform keep their word", () => {
    expect(fromFailure({ code: "timeout", message: "late" }, "a")).toMatchObject({ code: "timeout", path: "a" });
    expect(fromFailure({ code: "file_changed", message: "new" }).name).toBe("FileChangedError");
  });
});
