import { describe, expect, it } from "vitest";
import {
  branchProblem,
  cleanPathInRepo,
  emptyForm,
  pathInRepoProblem,
  problemsOf,
  readRepo,
  repoId,
  repoNameProblem,
  repoPage,
  tokenPage,
} from "../../src/element/destination.js";

describe("reading a repo as people paste it", () => {
  it.each([
    ["alice/photos", { name: "alice/photos" }],
    ["  alice/photos ", { name: "alice/photos" }],
    ["photos", { name: "photos" }],
    ["datasets/alice/photos", { name: "alice/photos", type: "dataset" }],
    ["spaces/alice/demo", { name: "alice/demo", type: "space" }],
    ["models/alice/bert", { name: "alice/bert", type: "model" }],
    ["https://huggingface.co/alice/bert", { name: "alice/bert", type: "model" }],
    ["https://huggingface.co/datasets/alice/photos/tree/main/a%20b", { name: "alice/photos", type: "dataset" }],
    ["http://127.0.0.1:8080/spaces/alice/demo", { name: "alice/demo", type: "space" }],
    // A user may be called "datasets"; two parts are a name.
    ["datasets/photos", { name: "datasets/photos" }],
    ["https://%zz/", { name: "https:/%zz", type: "model" }],
  ])("%s", (text, expected) => {
    expect(readRepo(text)).toEqual(expected);
  });
});

describe("checks before any request", () => {
  it.each([
    ["alice/my-model", true],
    ["my_model.v1", true],
    ["", false],
    ["a/b/c", false],
    ["/b", false],
    ["a/", false],
    ["a b", false],
    ["a--b", false],
    ["a..b", false],
    ["-a", false],
    ["a/b.", false],
    ["alice/x.git", false],
    ["é", false],
    [`a/${"x".repeat(94)}`, true],
    [`a/${"x".repeat(95)}`, false],
  ])("the repo name %j passes: %s", (name, passes) => {
    expect(repoNameProblem(name) === undefined).toBe(passes);
  });

  it.each([
    ["main", true],
    ["refs/pr/3", true],
    ["feature/a.b", true],
    ["", false],
    ["a b", false],
    ["a..b", false],
    ["-x", false],
    ["/x", false],
    ["x/", false],
    ["a//b", false],
    ["x.lock", false],
    ["a/.b", false],
    ["a~1", false],
    ["a@{1}", false],
    ["a\\b", false],
  ])("the branch %j passes: %s", (branch, passes) => {
    expect(branchProblem(branch) === undefined).toBe(passes);
  });

  it.each([
    ["", "", true],
    ["/", "", true],
    ["./", "", true],
    [" /a//b/ ", "a/b", true],
    ["a/../b", "a/../b", false],
    ["a/.git", "a/.git", false],
    [".cache/x", ".cache/x", false],
    [".gitignore.d", ".gitignore.d", true],
  ])("the path %j becomes %j and passes: %s", (path, cleaned, passes) => {
    expect(cleanPathInRepo(path)).toBe(cleaned);
    expect(pathInRepoProblem(cleaned) === undefined).toBe(passes);
  });

  it("names the fields in the order of the form", () => {
    expect(Object.keys(problemsOf({ ...emptyForm(), branch: "a b", pathInRepo: "../x" }))).toEqual([
      "token",
      "name",
      "branch",
      "pathInRepo",
    ]);
    expect(problemsOf({ ...emptyForm(), token: " hf_x ", name: "alice/photos" })).toEqual({});
    expect(problemsOf({ ...emptyForm(), token: "hf_x y", name: "alice/photos" })).toHaveProperty("token");
  });
});

describe("addresses", () => {
  it.each([
    ["photos", "alice", "alice/photos"],
    ["lighthouse/photos", "alice", "lighthouse/photos"],
    ["photos", undefined, "photos"],
    ["", "alice", ""],
  ])("%j of %j is %j", (name, owner, expected) => {
    expect(repoId(name, owner)).toBe(expected);
  });

  it("leads to a repo, a branch of it, and the tokens", () => {
    expect(repoPage("https://huggingface.co/", "dataset", "alice/photos")).toBe(
      "https://huggingface.co/datasets/alice/photos",
    );
    expect(repoPage("http://127.0.0.1:1", "model", "alice/m", "a b/c")).toBe("http://127.0.0.1:1/alice/m/tree/a%20b/c");
    expect(tokenPage("https://huggingface.co")).toBe("https://huggingface.co/settings/tokens");
  });
});
