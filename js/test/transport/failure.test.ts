// What is told of a request that brought no answer: the reason in a word, where it went, and no secret.
import { describe, expect, it, vi } from "vitest";
import { failureOf } from "../../src/transport/failure.js";
import { Lost } from "../../src/transport/transport.js";

const token = "hf_abcdefghijklmnop";
const request = {
  method: "PUT",
  url: "https://store.example/object?X-Signature=verysecret&token=abc#x",
  headers: [["authorization", `Bearer ${token}`]] as [string, string][],
};
const fetchFailed = (code: string, message: string): Error =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(message), { code }) });

describe("a lost request", () => {
  it.each([
    ["a name that nobody knows", fetchFailed("ENOTFOUND", "getaddrinfo ENOTFOUND store.example"), "offline"],
    ["no route", fetchFailed("ENETUNREACH", "connect ENETUNREACH"), "offline"],
    ["a connection that takes too long", fetchFailed("UND_ERR_CONNECT_TIMEOUT", "Connect Timeout Error"), "timeout"],
    ["a signal of time", new DOMException("signal timed out", "TimeoutError"), "timeout"],
    ["a refused connection", fetchFailed("ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:9"), "blocked"],
    ["a reset connection", fetchFailed("ECONNRESET", "read ECONNRESET"), "blocked"],
    ["what browsers say of everything", new TypeError("Failed to fetch"), "blocked"],
    ["XHR's silence", new Lost("blocked", "the browser does not say what"), "blocked"],
    ["something that is no error", "boo", "blocked"],
  ])("%s", (_, thrown, code) => {
    const failure = failureOf(thrown, request);
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(/^PUT https:\/\/store\.example\/object brought no answer: ./);
  });

  it("is offline when the device says so, whatever the platform threw", () => {
    vi.stubGlobal("navigator", { onLine: false });
    expect(failureOf(new TypeError("Failed to fetch"), request).code).toBe("offline");
    vi.unstubAllGlobals();
  });

  it("tells no secret, even when the platform's sentence holds one", () => {
    const sentences = [
      `Headers.append: "Bearer ${token}" is an invalid header value.`,
      `Failed to parse ${request.url}`,
      `the token ${token} was refused`,
    ];
    for (const sentence of sentences) {
      for (const thrown of [new TypeError(sentence), new TypeError("fetch failed", { cause: new Error(sentence) })]) {
        const { message } = failureOf(thrown, request);
        expect(message).not.toContain(token);
        expect(message).not.toContain("verysecret");
      }
    }
  });
});
