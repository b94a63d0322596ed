import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DropModel, type StageName } from "../../src/element/model.js";
import type { CommitOutput } from "../../src/element/package.js";
import { HubferryError } from "../../src/errors.js";
import { outputOf, ScriptedPackage, type ScriptedJob } from "./scripted-package.js";

const TOKEN = "hf_write_secret";

const soon = (check: () => void): Promise<void> => vi.waitFor(check, { interval: 1 });

class Stand {
  readonly hub = new ScriptedPackage();
  readonly entered: StageName[] = [];
  readonly committed: CommitOutput[] = [];
  readonly failed: unknown[] = [];
  readonly model = new DropModel(this.hub.functions, "https://hub.test", {
    changed: () => undefined,
    entered: (stage) => this.entered.push(stage),
    progressed: () => undefined,
    committed: (output) => this.committed.push(output),
    failed: (error) => this.failed.push(error),
  });

  async choose(...names: string[]): Promise<void> {
    const files = names.map((name) => new File(["12345"], name));
    this.model.take(files, { folder: undefined });
    await this.until("review");
  }

  async until(stage: StageName): Promise<void> {
    await soon(() => {
      expect(this.model.stage.is).toBe(stage);
    });
  }

  fill(fields: Parameters<DropModel["edit"]>[0] = {}): void {
    this.model.edit({ token: TOKEN, name: "alice/photos", type: "dataset", ...fields });
  }

  async begin(): Promise<ScriptedJob> {
    void this.model.push();
    await soon(() => {
      expect(this.hub.jobs.length).toBeGreaterThan(0);
    });
    const job = this.hub.jobs.at(-1);
    if (job === undefined) throw new Error("no job");
    return job;
  }

  get transfer() {
    if (this.model.stage.is !== "uploading") throw new Error(`is ${this.model.stage.is}`);
    return this.model.stage.transfer;
  }
}

const paths = (model: DropModel): string[] => [...model.selection.tree.all()].map((file) => file.path);

let stand: Stand;
beforeEach(() => {
  stand = new Stand();
});
afterEach(() => {
  stand.model.dispose();
});

describe("choosing", () => {
  it("goes from empty through scanning to the review", async () => {
    stand.hub.skipped = [[".git", "default", ".git"]];
    stand.hub.unreadable = [["locked", new Error("The system refused")]];
    await stand.choose("a", "b");
    expect(stand.entered).toEqual(["scanning", "review"]);
    expect(paths(stand.model)).toEqual(["a", "b"]);
    expect(stand.model.selection.leftOut.groups).toEqual([
      { by: "default", total: 1, rules: [{ rule: ".git", total: 1, paths: [".git"] }] },
    ]);
    expect(stand.model.selection.unreadable).toEqual([{ path: "locked", reason: "The system refused" }]);
  });

  it("asks nothing of the Hub", async () => {
    await stand.choose("a");
    expect(stand.hub.names).toEqual([]);
  });

  it("puts the contents of the first folder at the root and keeps the names of later ones", async () => {
    const take = async (folder: string | undefined, name: string): Promise<void> => {
      stand.model.take([new File(["1"], name)], { folder });
      await stand.until("review");
    };
    await take("photos", "a");
    await take("notes", "a");
    await take(undefined, "single");
    await take("photos", "b");
    expect(paths(stand.model)).toEqual(["notes/a", "a", "b", "single"]);
    expect(stand.model.selection.folder).toBe("photos");
  });

  it("says what was empty, and stays where it was", async () => {
    stand.model.take([], { folder: "hollow" });
    await stand.until("empty");
    expect(stand.model.chosen.notice).toMatch(/no file/);
  });

  it("says why a drop cannot be taken", () => {
    stand.hub.collectError = new HubferryError("invalid_input", "The drop holds no files");
    stand.model.take([], { folder: undefined });
    expect([stand.model.stage.is, stand.model.chosen.notice]).toEqual(["empty", "The drop holds no files."]);
  });

  it("keeps what a stopped scan has found", async () => {
    const files = Array.from({ length: 50 }, (_, index) => new File(["1"], `f${index}`));
    stand.model.take(files, { folder: undefined });
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    stand.model.chosen.stopScan();
    await stand.until("review");
    expect(stand.model.selection.tree.files).toBeGreaterThan(0);
    expect(stand.model.selection.tree.files).toBeLessThan(50);
  });

  it("takes out and puts back", async () => {
    await stand.choose("a", "b");
    const node = stand.model.selection.tree.find("a");
    if (node === undefined) throw new Error("not found");
    stand.model.chosen.remove(node);
    expect(paths(stand.model)).toEqual(["b"]);
    stand.model.chosen.undoRemove();
    expect(paths(stand.model)).toEqual(["a", "b"]);
  });

  it("suggests a message made from the files", async () => {
    await stand.choose("a");
    expect(stand.model.title).toBe("Upload a");
    await stand.choose("b");
    expect(stand.model.title).toBe("Upload 2 files");
    stand.model.edit({ title: " Mine " });
    expect(stand.model.title).toBe("Mine");
  });
});

describe("the form", () => {
  it("asks the Hub once about a token and a repo", async () => {
    stand.fill({ name: "photos" });
    stand.model.leave();
    await soon(() => {
      expect(stand.model.presence.state).toBe("missing");
    });
    stand.model.edit({ pathInRepo: "x" });
    stand.model.leave();
    await soon(() => {
      expect(stand.model.account.state).toMatchObject({
        is: "known",
        name: "alice",
        namespaces: ["alice", "lighthouse"],
      });
    });
    expect(stand.hub.names).toEqual(["whoAmI", "repoExists"]);
    expect(stand.model.repo).toBe("alice/photos");
  });

  it("says that a token can only read", async () => {
    stand.hub.role = "read";
    stand.fill();
    stand.model.leave();
    await soon(() => {
      expect(stand.model.account.state).toMatchObject({ is: "known", readOnly: true });
    });
  });

  it("says that a token is refused, without the token", async () => {
    stand.hub.whoAmIError = new HubferryError("unauthorized", "The Hub does not know this token");
    stand.fill();
    stand.model.leave();
    await soon(() => {
      expect(stand.model.account.state.is).toBe("refused");
    });
    expect(JSON.stringify(stand.model.account.state)).not.toContain(TOKEN);
  });

  it("forgets the owner with the token", async () => {
    stand.fill();
    stand.model.leave();
    await soon(() => {
      expect(stand.model.account.name).toBe("alice");
    });
    stand.model.edit({ token: "" });
    expect(stand.model.account.state.is).toBe("unknown");
  });

  it("takes the type from a pasted address", () => {
    stand.model.editRepo("https://hub.test/datasets/alice/photos");
    expect([stand.model.form.type, stand.model.form.name]).toEqual(["dataset", "alice/photos"]);
  });

  it("names what is wrong only after the first try, then follows the typing", async () => {
    await stand.choose("a");
    stand.model.edit({ name: "a b" });
    expect(stand.model.problems).toEqual({});
    expect(await stand.model.push()).toBe(false);
    expect(Object.keys(stand.model.problems)).toEqual(["token", "name"]);
    stand.fill();
    expect(stand.model.problems).toEqual({});
    expect(stand.hub.jobs).toEqual([]);
  });
});

describe("pushing", () => {
  it("makes a missing repo, pushes the files, and ends with the commit", async () => {
    await stand.choose("a", "b");
    stand.fill({ name: "photos", type: "space", sdk: "gradio", private: true, pathInRepo: "/sub/", branch: " dev " });
    const job = await stand.begin();
    const created = stand.hub.asked.find((one) => one.name === "createRepo")?.params;
    expect(created).toMatchObject({
      repo: { type: "space", name: "alice/photos" },
      visibility: "private",
      sdk: "gradio",
    });
    const params = stand.hub.asked.at(-1)?.params;
    expect(params).toMatchObject({
      repo: { type: "space", name: "alice/photos" },
      accessToken: TOKEN,
      hubUrl: "https://hub.test",
      branch: "dev",
      createBranch: true,
      pathInRepo: "sub",
      commitTitle: "Upload 2 files",
    });
    expect([...(params?.["folder"] as Map<string, Blob>).keys()]).toEqual(["a", "b"]);
    const output = outputOf({ "sub/a": "added", "sub/b": "updated" });
    job.finish(output);
    await stand.until("done");
    expect(stand.model.stage).toMatchObject({ output, created: true });
    expect(stand.committed).toEqual([output]);
  });

  it("does not make a repo that is there", async () => {
    stand.hub.repos.add("alice/photos");
    await stand.choose("a");
    stand.fill();
    (await stand.begin()).finish(outputOf({ a: "unchanged" }));
    await stand.until("unchanged");
    expect(stand.hub.names).toEqual(["whoAmI", "repoExists", "uploadFolder"]);
  });

  it("goes on when somebody else made the repo meanwhile", async () => {
    stand.hub.createError = new HubferryError("conflict", "exists");
    await stand.choose("a");
    stand.fill();
    (await stand.begin()).finish(outputOf({ a: "added" }));
    await stand.until("done");
    expect(stand.model.stage).toMatchObject({ created: false });
  });

  it("keeps the files after a failure, and tries again with them", async () => {
    await stand.choose("a");
    stand.fill();
    const error = new HubferryError("server_error", "The Hub is down");
    (await stand.begin()).fail(error);
    await stand.until("failed");
    expect(stand.failed).toEqual([error]);
    expect(stand.model.stage).toMatchObject({ failure: { again: true } });
    const before = stand.hub.jobs.length;
    void stand.model.push();
    await soon(() => {
      expect(stand.hub.jobs.length).toBe(before + 1);
    });
    stand.hub.jobs.at(-1)?.finish(outputOf({ a: "added" }));
    await stand.until("done");
  });

  it("fails when the repo cannot be made, before anything is read", async () => {
    stand.hub.createError = new HubferryError("forbidden", "No right on this namespace");
    await stand.choose("a");
    stand.fill();
    await stand.model.push();
    expect(stand.model.stage).toMatchObject({ is: "failed", failure: { field: "token" } });
    expect(stand.hub.jobs).toEqual([]);
  });

  it("asks nothing more with a token that the Hub does not know", async () => {
    stand.hub.whoAmIError = new HubferryError("unauthorized", "The Hub does not know this token");
    await stand.choose("a");
    stand.fill();
    await stand.model.push();
    expect(stand.model.stage).toMatchObject({ is: "failed", failure: { field: "token" } });
    expect(stand.hub.names).toEqual(["whoAmI"]);
  });

  it("goes on when the Hub has no time to say who the token belongs to", async () => {
    stand.hub.whoAmIError = new HubferryError("rate_limited", "Too many requests");
    await stand.choose("a");
    stand.fill();
    (await stand.begin()).finish(outputOf({ a: "added" }));
    await stand.until("done");
  });

  it("leaves out files that could not be read", async () => {
    await stand.choose("a", "b");
    stand.fill({ pathInRepo: "sub" });
    const job = await stand.begin();
    job.emit({ event: "fileProgress", path: "sub/b", progress: 0, state: "error" });
    await soon(() => {
      expect(stand.transfer.files.pathsOf("failed")).toEqual(["sub/b"]);
    });
    job.fail(new HubferryError("file_changed", "It changed", { path: "sub/b" }));
    await stand.until("failed");
    stand.model.forget(["sub/b"]);
    expect(paths(stand.model)).toEqual(["a"]);
  });

  it("cancels, keeps the files, and says when a commit may have been made", async () => {
    await stand.choose("a");
    stand.fill();
    let job = await stand.begin();
    stand.model.cancel();
    await stand.until("cancelled");
    expect(job.calls.at(-1)).toBe("abort");
    expect(stand.model.stage).toMatchObject({ transfer: { committing: false } });
    expect(stand.failed).toEqual([]);
    stand.model.back();
    expect(stand.model.stage.is).toBe("review");
    const before = stand.hub.jobs.length;
    void stand.model.push();
    await soon(() => {
      expect(stand.hub.jobs.length).toBe(before + 1);
    });
    job = stand.hub.jobs.at(-1) ?? job;
    job.emit({ event: "phase", phase: "committing" });
    await soon(() => {
      expect(stand.transfer.condition.is).toBe("committing");
    });
    stand.model.cancel();
    await stand.until("cancelled");
    expect(stand.model.stage).toMatchObject({ transfer: { committing: true } });
  });

  it("begins anew with what is dropped after a commit", async () => {
    await stand.choose("a");
    stand.fill();
    (await stand.begin()).finish(outputOf({ a: "added" }));
    await stand.until("done");
    await stand.choose("b");
    expect(paths(stand.model)).toEqual(["b"]);
    expect(stand.model.form.name).toBe("alice/photos");
  });

  it("takes no drop while it pushes", async () => {
    await stand.choose("a");
    stand.fill();
    await stand.begin();
    stand.model.take([new File(["1"], "b")], { folder: undefined });
    expect([stand.model.stage.is, paths(stand.model)]).toEqual(["uploading", ["a"]]);
  });
});

describe("a running push", () => {
  beforeEach(async () => {
    await stand.choose("a", "b");
    stand.fill();
  });

  it("pauses and goes on", async () => {
    const job = await stand.begin();
    stand.model.pause();
    expect(stand.transfer.condition.is).toBe("paused");
    stand.model.resume();
    expect(stand.transfer.condition.is).toBe("pushing");
    expect(job.calls.slice(-2)).toEqual(["pause", "resume"]);
  });

  it("says that there is no connection, also when it is paused, and goes on when the person says so", async () => {
    const job = await stand.begin();
    job.progress.state = "offline";
    expect(stand.transfer.condition.is).toBe("offline");
    stand.model.pause();
    expect(stand.transfer.condition.is).toBe("offline");
    job.progress.state = "paused";
    expect(stand.transfer.condition.is).toBe("paused");
    job.progress.state = "offline";
    stand.model.resume();
    expect(job.calls.at(-1)).toBe("resume");
  });

  it("says how long the Hub wants to be left alone", async () => {
    const job = await stand.begin();
    const until = Date.now() + 90_000;
    Object.assign(job.progress, { state: "waiting", waitingUntilMs: until });
    expect(stand.transfer.condition).toEqual({ is: "limited", until });
  });

  it("says why it tries again soon, though everything waits meanwhile", async () => {
    const job = await stand.begin();
    Object.assign(job.progress, { state: "waiting", waitingUntilMs: Date.now() + 25_000 });
    job.emit({ event: "retry", attempt: 1, delayMs: 25_000, cause: "the server answered 503" });
    await soon(() => {
      expect(stand.transfer.condition).toMatchObject({ is: "retrying", cause: "the server answered 503" });
    });
    job.emit({ event: "retry", attempt: 2, delayMs: 140_000, cause: "the server answered 429" });
    await soon(() => {
      expect(stand.transfer.condition.is).toBe("limited");
    });
  });

  it("says that another tab makes the same push, until this one goes on", async () => {
    const job = await stand.begin();
    job.emit({ event: "warning", code: "waiting_for_other_push", message: "It waits", paths: [] });
    await soon(() => {
      expect(stand.transfer.condition.is).toBe("elsewhere");
    });
    job.emit({ event: "phase", phase: "preuploading" });
    await soon(() => {
      expect(stand.transfer.condition.is).toBe("pushing");
    });
    expect(stand.transfer.remarks).toEqual([]);
  });

  it("is pushed as fast as the person wants it, also while it runs", async () => {
    stand.model.setPace({ limit: "5" });
    const job = await stand.begin();
    expect(job.calls).toEqual(["limit 5000000", "full"]);
    stand.model.setPace({ limit: "own", own: "2,5", gentle: true });
    expect(job.calls.slice(2)).toEqual(["limit 2500000", "gentle"]);
    stand.model.setPace({ own: "fast" });
    expect([stand.model.throttle.problem === undefined, job.calls.slice(4)]).toEqual([false, ["gentle"]]);
    stand.model.setPace({ limit: "none", gentle: false });
    expect(job.calls.slice(5)).toEqual(["limit none", "full"]);
  });

  it("holds the page only while something would be lost, and the screen only while something moves", async () => {
    const held = (): boolean[] => [stand.model.busy, stand.model.wakeful];
    expect(held()).toEqual([false, false]);
    const job = await stand.begin();
    expect(held()).toEqual([true, true]);
    stand.model.pause();
    expect(held()).toEqual([true, false]);
    stand.model.resume();
    stand.model.setPace({ awake: false });
    expect(held()).toEqual([true, false]);
    job.finish(outputOf({ a: "added" }));
    await stand.until("done");
    expect(held()).toEqual([false, false]);
  });

  it("shows what is tried again, until something moves", async () => {
    const job = await stand.begin();
    job.emit({ event: "retry", path: "a", attempt: 1, delayMs: 60_000, cause: "503" });
    await soon(() => {
      expect(stand.transfer.condition).toMatchObject({ is: "retrying", cause: "503", attempt: 1 });
    });
    expect(stand.transfer.view.row(0)).toMatchObject({ path: "a", state: "retrying", note: "503" });
    job.emit({ event: "fileProgress", path: "a", progress: 0.5, state: "uploading" });
    await soon(() => {
      expect(stand.transfer.condition.is).toBe("pushing");
    });
    expect(stand.transfer.view.row(0)).toMatchObject({ state: "sending", progress: 0.5 });
  });

  it("never shows all before the end", async () => {
    const job = await stand.begin();
    job.progress.bytes.read = 10;
    job.progress.bytes.sent = 6;
    expect([stand.transfer.stored, stand.transfer.read]).toEqual([0.6, 1]);
    job.progress.bytes.sent = 10;
    expect([stand.transfer.stored, stand.transfer.shown]).toEqual([1, 0.99]);
  });

  it("counts what is on the Hub already as stored and read", async () => {
    const job = await stand.begin();
    job.progress.bytes.deduplicated = 5;
    expect([stand.transfer.stored, stand.transfer.read]).toEqual([0.5, 0.5]);
  });

  it("keeps the remarks of the job", async () => {
    const job = await stand.begin();
    job.emit({ event: "warning", code: "twice", message: "Twice", paths: ["a"] });
    await soon(() => {
      expect(stand.transfer.remarks).toEqual([{ message: "Twice", paths: ["a"] }]);
    });
  });
});
