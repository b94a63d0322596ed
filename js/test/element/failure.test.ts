import { describe, expect, it } from "vitest";
import { failureOf, isAbort } from "../../src/element/failure.js";
import { ERROR_CODES, HubferryError } from "../../src/errors.js";

describe("what a person is told", () => {
  it.each(ERROR_CODES.map((code) => [code]))("%s has a title, an advice and the error's own message", (code) => {
    const failure = failureOf(new HubferryError(code, "The store said no"));
    expect(failure.message).toBe("The store said no.");
    expect(failure.title).not.toBe("");
    expect(failure.advice).toMatch(/\.$/);
    expect(failure.detail).toBe(code);
  });

  it.each([
    ["a token", "unauthorized", "token", false],
    ["a repo name", "repo_not_found", "name", false],
    ["a branch", "revision_not_found", "branch", false],
    ["nothing: try again", "server_error", undefined, true],
    ["nothing: try again", "conflict", undefined, true],
  ] as const)("asks to correct %s after %s", (_, code, field, again) => {
    const failure = failureOf(new HubferryError(code, "x"));
    expect([failure.field, failure.again]).toEqual([field, again]);
  });

  it("names the Hub's request, and takes anything that was thrown", () => {
    expect(failureOf({ code: "rejected", message: "no", requestId: "r-1" }).detail).toBe("rejected · request r-1");
    expect(failureOf(undefined).title).toBe("Something went wrong");
    expect(failureOf("text").message).toBe("No reason was given.");
  });

  it("knows work that was stopped on purpose", () => {
    expect(isAbort(new DOMException("stopped", "AbortError"))).toBe(true);
    expect(isAbort(new Error("AbortError"))).toBe(false);
  });
});
