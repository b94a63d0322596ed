// What clients are told of errors.
import { expect, it } from "vitest";
import { refusalOf } from "../../src/edge/refusal.js";
import { ERROR_CODES, HubferryError } from "../../src/errors.js";

it.each([
  ["conflict", 409, "conflict"],
  ["rate_limited", 429, "rate_limited"],
  ["repo_not_found", 404, "not_found"],
  ["revision_not_found", 404, "not_found"],
  ["rejected", 422, "rejected"],
  ["invalid_input", 400, "invalid_request"],
  ["unauthorized", 502, "hub_failed"],
  ["server_error", 502, "hub_failed"],
  ["integrity", 502, "hub_failed"],
  ["internal", 500, "internal"],
] as const)("%s of a push is %i %s", (code, status, told) => {
  expect(refusalOf(new HubferryError(code, "why"))).toMatchObject({ status, code: told });
});

it("of what only the operator can change no detail is told", () => {
  const secret = "the token hf_abc of alice/private was refused";
  for (const code of ERROR_CODES) {
    const { status, message } = refusalOf(new HubferryError(code, secret));
    if (status >= 500 || status === 404) expect(message, code).not.toContain("alice");
  }
  expect(refusalOf(new TypeError(secret)).message).not.toContain("alice");
  expect(refusalOf("nonsense")).toMatchObject({ status: 500 });
});

it("where a commit may have been made nobody says that there is none", () => {
  for (const code of ["integrity", "timeout", "protocol", "server_error", "internal"] as const) {
    expect(refusalOf(new HubferryError(code, "why")).message, code).toMatch(/nothing is known to be committed$/);
  }
});

it("what was wrong with the body counts more than what came of it", () => {
  const error = new HubferryError("file_changed", "it has changed");
  const rows = { short: 400, long: 413, digest: 422, spent: 503, unpromised: 422, stalled: 408, broken: 400 } as const;
  for (const [trouble, status] of Object.entries(rows)) {
    expect(refusalOf(error, trouble as keyof typeof rows).status, trouble).toBe(status);
  }
});
