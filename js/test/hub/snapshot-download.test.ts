// A snapshot is the whole revision, in a folder, and nothing else.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  createRepo,
  InvalidInputError,
  snapshotDownload,
  uploadFile,
  uploadFiles,
  type SnapshotProgress,
} from "../../src/entry/node.js";
import { hasten } from "../harness/bad-input.js";
import { temporaryFolder } from "../harness/folder.js";
import { LocalHub } from "../harness/hub.js";
import { Server } from "../harness/server.js";
import { noise, storeByXet } from "../harness/xet.js";

const MIB = 1024 * 1024;
const hub = new LocalHub();
const repo = "alice/snapshots";
const byXet = noise(12 * MIB + 3);
const byLfs = noise(11 * MIB, 2);
let known: { hubUrl: string; accessToken: string; repo: string };

beforeAll(async () => {
  await hub.start();
  known = { hubUrl: hub.url, accessToken: hub.token, repo };
  await createRepo({ ...known, visibility: "private" });
  await hub.xet({ offered: false });
  await uploadFiles({
    ...known,
    commitTitle: "First",
    files: [
      { path: "a/b/ü#.txt", content: "text" },
      { path: "empty", content: "" },
      { path: "by-lfs.bin", content: byLfs },
    ],
  });
  await hub.xet({ offered: true });
  await storeByXet(hub, repo, { path: "deep/by-xet.bin", bytes: byXet });
}, 60_000);
afterAll(() => hub.stop());
afterEach(async () => {
  vi.restoreAllMocks();
  await hub.heal();
});

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const listed = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

describe("snapshotDownload", () => {
  it("brings every file, stored whichever way, and then finds them there", async () => {
    const to = join(temporaryFolder(), "new", "folder");
    const reports: SnapshotProgress[] = [];
    const { commit, files } = await snapshotDownload({ ...known, to, onReport: (report) => reports.push(report) });
    expect(commit.oid).toMatch(/^[0-9a-f]{40}$/);
    expect(listed(to)).toEqual([".gitattributes", "a/b/ü#.txt", "by-lfs.bin", "deep/by-xet.bin", "empty"]);
    expect(readFileSync(join(to, "a/b/ü#.txt"), "utf8")).toBe("text");
    expect(sha256(readFileSync(join(to, "by-lfs.bin")))).toBe(sha256(byLfs));
    expect(sha256(readFileSync(join(to, "deep/by-xet.bin")))).toBe(sha256(byXet));
    expect(new Set(files.map(({ state }) => state))).toEqual(new Set(["downloaded"]));
    const last = reports.at(-1);
    expect(last?.files).toEqual({ total: 5, done: 5, present: 0 });
    expect(last?.bytes.received).toBe(last?.bytes.total);

    const written = statSync(join(to, "by-lfs.bin")).mtimeMs;
    await hub.forget();
    const again = await snapshotDownload({ ...known, to: pathToFileURL(to) });
    expect(new Set(again.files.map(({ state }) => state))).toEqual(new Set(["present"]));
    expect(statSync(join(to, "by-lfs.bin")).mtimeMs).toBe(written);
    const asked = (await hub.requests()).map(({ route }) => route);
    expect(asked.filter((route) => /resolve|cas\.|store\./.test(route))).toEqual([]);
  });

  it("replaces what is different, and leaves alone what is not in the repo", async () => {
    const to = temporaryFolder({ "by-lfs.bin": "old", empty: "not empty", "of my own": "mine" });
    await snapshotDownload({ ...known, to, ignorePatterns: "deep/" });
    expect(sha256(readFileSync(join(to, "by-lfs.bin")))).toBe(sha256(byLfs));
    expect(readFileSync(join(to, "empty"), "utf8")).toBe("");
    expect(readFileSync(join(to, "of my own"), "utf8")).toBe("mine");
    expect(existsSync(join(to, "deep"))).toBe(false);
  });

  it("takes patterns, and a revision", async () => {
    const to = temporaryFolder();
    const { commit } = await snapshotDownload({
      ...known,
      to,
      allowPatterns: ["*.txt", "empty"],
      ignorePatterns: "e*",
    });
    expect(listed(to)).toEqual(["a/b/ü#.txt"]);
    await uploadFile({ ...known, file: { path: "later", content: "x" } });
    const old = await snapshotDownload({
      ...known,
      to: temporaryFolder(),
      revision: commit.oid,
      allowPatterns: "later",
    });
    expect(old.files).toEqual([]);
    const never = snapshotDownload({ ...known, to: temporaryFolder(), revision: "never" });
    await expect(never).rejects.toMatchObject({ code: "revision_not_found" });
  });

  it("reads from the Hub itself when that is wanted", async () => {
    const to = temporaryFolder();
    await hub.forget();
    await snapshotDownload({ ...known, to, allowPatterns: "deep/*", xet: false });
    expect(sha256(readFileSync(join(to, "deep/by-xet.bin")))).toBe(sha256(byXet));
    expect((await hub.requests()).filter(({ face }) => face === "cas")).toEqual([]);
  });

  it.each<[string, object]>([
    ["a body breaks", { route: "store.*", times: 2, fault: { kind: "cutAnswer", afterBytes: 100_000 } }],
    ["a body is short", { route: "store.*", times: 2, fault: { kind: "halfAnswer" } }],
    ["a byte is another, once", { route: "store.get", times: 1, fault: { kind: "flipAnswer", at: 70_000 } }],
    ["the store is busy", { route: "store.*", times: 3, fault: { kind: "status", status: 503 } }],
  ])("is whole also when %s", async (_, rule) => {
    hasten();
    await hub.order(rule);
    const to = temporaryFolder();
    await snapshotDownload({ ...known, to });
    expect(sha256(readFileSync(join(to, "by-lfs.bin")))).toBe(sha256(byLfs));
    expect(sha256(readFileSync(join(to, "deep/by-xet.bin")))).toBe(sha256(byXet));
  });

  it("lets nothing appear that is not what the Hub has", async () => {
    hasten();
    await hub.order({ route: "store.*", fault: { kind: "flipAnswer", at: 70_000 } });
    const to = temporaryFolder({ "by-lfs.bin": "old" });
    const broken = snapshotDownload({ ...known, to, allowPatterns: "*.bin" });
    await expect(broken).rejects.toMatchObject({ name: "IntegrityError" });
    expect(listed(to)).toEqual(["by-lfs.bin"]);
    expect(readFileSync(join(to, "by-lfs.bin"), "utf8")).toBe("old");
  });

  it("stops when it is told to, and leaves nothing unfinished", async () => {
    await hub.order({ route: "store.*", fault: { kind: "drip", bytesPerSecond: 100_000 } });
    const controller = new AbortController();
    const to = temporaryFolder();
    await hub.forget();
    const run = snapshotDownload({ ...known, to, abortSignal: controller.signal });
    const stopped = expect(run).rejects.toThrow("enough");
    await vi.waitFor(async () => {
      expect((await hub.requests()).some(({ face }) => face === "store")).toBe(true);
    });
    controller.abort(new Error("enough"));
    await stopped;
    await vi.waitFor(() => {
      expect(listed(to).filter((name) => name.includes("hubferry") || name.endsWith(".bin"))).toEqual([]);
    });
  });

  it("follows no link out of the folder", async () => {
    const outside = temporaryFolder();
    const to = temporaryFolder();
    symlinkSync(outside, join(to, "deep"));
    const run = snapshotDownload({ ...known, to, allowPatterns: "deep/*" });
    await expect(run).rejects.toMatchObject({ code: "invalid_input", path: "deep/by-xet.bin" });
    expect(listed(outside)).toEqual([]);
  });

  it.each(["../evil", "a/../../evil", "/evil", "a//evil", "./evil", "a/\0evil"])(
    "writes nothing of a repo with a file named %j",
    async (path) => {
      const server = new Server((request, response) => {
        response.setHeader("content-type", "application/json");
        const entry = { type: "file", path, size: 4, oid: "0".repeat(40) };
        response.end(JSON.stringify(request.url.includes("/tree/") ? [entry] : { sha: "c".repeat(40) }));
      });
      const hubUrl = await server.start();
      const to = temporaryFolder();
      const run = snapshotDownload({ hubUrl, repo: "a/b", to });
      await expect(run).rejects.toMatchObject({ code: "protocol", path });
      expect(listed(to)).toEqual([]);
      await server.stop();
    },
  );

  it("says what is in the way", async () => {
    const to = temporaryFolder();
    writeFileSync(join(to, "deep"), "a file where a folder should be");
    const run = snapshotDownload({ ...known, to, allowPatterns: "deep/*" });
    await expect(run).rejects.toMatchObject({ code: "file_unreadable", path: "deep/by-xet.bin" });
    for (const odd of [undefined, null, 7, {}]) {
      const refused = snapshotDownload({ ...known, to: odd as never });
      await expect(refused).rejects.toBeInstanceOf(InvalidInputError);
    }
  });
});
