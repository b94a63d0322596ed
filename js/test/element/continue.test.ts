import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DropModel, type StageName } from "../../src/element/model.js";
import { emptyForm } from "../../src/element/destination.js";
import type { Remembered } from "../../src/element/package.js";
import type { PushNote } from "../../src/element/push-note.js";
import { outputOf, ScriptedHandle, ScriptedPackage, type ScriptedJob } from "./scripted-package.js";

const TOKEN = "hf_write_secret";
const FILES = { "README.md": "# Tides", "data/one.csv": "1", "data/two.csv": "22", "weights.bin": "12345" };

const soon = (check: () => void): Promise<void> => vi.waitFor(check, { interval: 1 });
const filesOf = (files: Record<string, string>): File[] =>
  Object.entries(files).map(([path, text]) => new File([text], path));

let hub: ScriptedPackage;
let model: DropModel;
let entered: StageName[];
beforeEach(() => {
  hub = new ScriptedPackage();
  hub.repos.add("alice/tides");
  entered = [];
  model = new DropModel(hub.functions, "https://hub.test", {
    changed: () => undefined,
    entered: (stage) => entered.push(stage),
    progressed: () => undefined,
    committed: () => undefined,
    failed: () => undefined,
  });
});
afterEach(() => {
  model.dispose();
});

const until = (stage: StageName): Promise<void> =>
  soon(() => {
    expect(model.stage.is).toBe(stage);
  });
const paths = (): string[] => [...model.selection.tree.all()].map((file) => file.path).sort();

/** What the package remembers of a push that was stopped. */
async function remembered(more: Partial<Remembered> = {}, without: string[] = []): Promise<Remembered> {
  const { token: _, ...form } = emptyForm();
  const note: PushNote = {
    by: "hubferry-drop",
    form: { ...form, name: "alice/tides", type: "dataset", branch: "dev", pathInRepo: "2026", title: "Tides" },
    landmarks: Object.entries(FILES).map(([path, text]) => [path, text.length]),
    without,
  };
  const about = {
    key: "ab12",
    hubUrl: "https://hub.test",
    repo: { type: "dataset", name: "alice/tides" },
    branch: "dev",
    pathInRepo: "2026",
    folderName: "tides",
    files: 5000,
    bytes: 20e9,
    doneFiles: 4210,
    doneBytes: 12.3e9,
    startedAt: Date.now() - 3_600_000,
    updatedAt: Date.now() - 300_000,
    size: 70_000,
    note,
    ...more,
  } as unknown as Remembered;
  hub.journals = [about];
  model.lookForUnfinished();
  await soon(() => {
    expect(model.unfinished.pushes.length).toBe(1);
  });
  return about;
}

const only = () => {
  const [push] = model.unfinished.pushes;
  if (push === undefined) throw new Error("there is no unfinished push");
  return push;
};

async function job(): Promise<ScriptedJob> {
  await soon(() => {
    expect(hub.jobs.length).toBe(1);
  });
  const [first] = hub.jobs;
  if (first === undefined) throw new Error("no job");
  return first;
}

describe("pushes that have not ended", () => {
  it("are listed with what is done of them", async () => {
    await remembered();
    expect(only()).toMatchObject({
      repo: "alice/tides",
      folder: "tides",
      files: 5000,
      doneFiles: 4210,
      running: false,
    });
  });

  it("are listed only for the Hub in use, and only when the element made them", async () => {
    const about = await remembered();
    hub.journals = [
      { ...about, key: "1", hubUrl: "https://elsewhere.test" },
      { ...about, key: "2", note: undefined },
      { ...about, key: "3", note: { by: "another page" } },
      { ...about, key: "4", hubUrl: "https://hub.test/" },
    ];
    model.lookForUnfinished();
    await soon(() => {
      expect(model.unfinished.pushes.map(({ key }) => key)).toEqual(["4"]);
    });
  });

  it("come with a form that only has fields of ours, of the right type", async () => {
    const about = await remembered();
    const note = about.note as PushNote;
    hub.journals = [{ ...about, note: { ...note, form: { ...note.form, token: "hf_x", mirror: "yes", other: 1 } } }];
    model.lookForUnfinished();
    await soon(() => {
      expect(only().form.mirror).toBe(false);
    });
    expect(Object.keys(only().form)).not.toContain("token");
    expect(Object.keys(only().form)).not.toContain("other");
  });

  it("are forgotten when the person says so", async () => {
    await remembered();
    model.discard(only());
    // Until it is gone for certain it is listed.
    expect([model.unfinished.pushes.length, hub.forgotten]).toEqual([1, ["ab12"]]);
    await soon(() => {
      expect([model.unfinished.pushes, hub.journals]).toEqual([[], []]);
    });
  });
});

describe("continuing by the folder's handle", () => {
  const handle = new ScriptedHandle("tides", FILES);
  beforeEach(() => {
    Object.assign(handle, { permission: "granted", answer: "granted" });
  });

  it("needs one click where the token is there", async () => {
    await remembered({ handle: handle.handle });
    model.edit({ token: TOKEN });
    await model.continue(only());
    const running = await job();
    expect(entered).toEqual(["again", "scanning", "review", "uploading"]);
    const { params } = hub.asked.at(-1) ?? {};
    expect(params).toMatchObject({
      repo: { type: "dataset", name: "alice/tides" },
      branch: "dev",
      pathInRepo: "2026",
      commitTitle: "Tides",
      resume: { folderName: "tides", handle },
    });
    expect([...(params?.["folder"] as Map<string, Blob>).keys()].sort()).toEqual(Object.keys(FILES).sort());
    hub.journals = [];
    running.finish(outputOf({ "2026/README.md": "added" }));
    await until("done");
    expect(model.continued).toBeUndefined();
    // Before anybody goes back to where it is offered.
    await soon(() => {
      expect(model.unfinished.pushes).toEqual([]);
    });
  });

  it("waits for a token in the review, filled in and with the files", async () => {
    await remembered({ handle: handle.handle });
    await model.continue(only());
    await until("review");
    expect(model.form).toMatchObject({
      name: "alice/tides",
      type: "dataset",
      branch: "dev",
      pathInRepo: "2026",
      token: "",
    });
    expect(model.continued).toMatchObject({ wanted: true, push: { key: "ab12" } });
    expect(paths()).toEqual(Object.keys(FILES).sort());
    expect(hub.jobs).toEqual([]);
  });

  it("asks the person where the browser wants that", async () => {
    Object.assign(handle, { permission: "prompt", answer: "granted" });
    await remembered({ handle: handle.handle });
    await model.continue(only());
    await until("review");
  });

  it("asks for the folder when it may not be read any more", async () => {
    Object.assign(handle, { permission: "prompt", answer: "denied" });
    await remembered({ handle: handle.handle });
    await model.continue(only());
    expect(model.stage).toMatchObject({ is: "again", other: undefined });
  });

  it("leaves out what was taken out before", async () => {
    await remembered({ handle: handle.handle }, ["data"]);
    await model.continue(only());
    await until("review");
    expect(paths()).toEqual(["README.md", "weights.bin"]);
    expect(model.selection.removed).toEqual([]);
  });
});

describe("continuing by choosing the folder again", () => {
  beforeEach(async () => {
    await remembered();
    await model.continue(only());
    expect(model.stage).toMatchObject({ is: "again", other: undefined });
  });

  it("takes the folder", async () => {
    model.take(filesOf(FILES), { folder: "tides" });
    await until("review");
    expect(model.continued).toMatchObject({ wanted: true });
    expect(paths()).toEqual(Object.keys(FILES).sort());
  });

  it("takes the folder also when some files have gone or changed", async () => {
    const { "weights.bin": _, ...rest } = FILES;
    model.take(filesOf({ ...rest, "new.txt": "n" }), { folder: "tides" });
    await until("review");
    expect(model.continued).toMatchObject({ wanted: true });
  });

  it("finds it in the folder around it", async () => {
    const around = Object.entries(FILES).map(([path, text]): [string, string] => [`tides/${path}`, text]);
    model.take(filesOf({ "other/a.txt": "a", ...Object.fromEntries(around) }), { folder: "Documents" });
    await until("review");
    expect(model.selection.folder).toBe("tides");
    expect(paths()).toEqual(Object.keys(FILES).sort());
  });

  it("says that it is another folder, and pushes that one only when the person wants it", async () => {
    model.take(filesOf({ "a.txt": "a", "README.md": "another" }), { folder: "notes" });
    await soon(() => {
      expect(model.stage).toMatchObject({ is: "again", other: "notes" });
    });
    model.take(filesOf(FILES), { folder: "tides" });
    await until("review");
    expect(paths()).toEqual(Object.keys(FILES).sort());
    model.back();
    await model.continue(only());
    model.take(filesOf({ "a.txt": "a" }), { folder: "notes" });
    await soon(() => {
      expect(model.stage).toMatchObject({ is: "again", other: "notes" });
    });
    model.takeOther();
    await until("review");
    expect([paths(), model.continued?.wanted]).toEqual([["a.txt"], undefined]);
  });

  it("can be put off, and given up", async () => {
    model.clear();
    expect(model.stage.is).toBe("empty");
    await soon(() => {
      expect(model.unfinished.pushes.length).toBe(1);
    });
    await model.continue(only());
    model.discard(only());
    expect([model.stage.is, hub.forgotten]).toEqual(["empty", ["ab12"]]);
    await soon(() => {
      expect(model.unfinished.pushes).toEqual([]);
    });
  });
});

it("a folder that is dropped without a word is known again, and its push offered", async () => {
  await remembered({}, ["data/two.csv"]);
  model.take(filesOf(FILES), { folder: "tides" });
  await until("review");
  expect([model.continued?.wanted, model.form.name]).toEqual([false, ""]);
  model.continueHere();
  expect([model.continued?.wanted, model.form.name]).toEqual([true, "alice/tides"]);
  expect(paths()).toEqual(["README.md", "data/one.csv", "weights.bin"]);
});

describe("what is kept of a push", () => {
  const choose = async (): Promise<void> => {
    model.take(filesOf(FILES), { folder: "tides", handle: Promise.resolve(handle.handle) });
    await until("review");
    model.edit({ token: TOKEN, name: "tides", type: "dataset", pathInRepo: "2026" });
  };
  const handle = new ScriptedHandle("tides", FILES);

  it("is the form, the folder, its handle, and what was taken out; never the token", async () => {
    await choose();
    const node = model.selection.tree.find("data/one.csv");
    if (node !== undefined) model.chosen.remove(node);
    void model.push();
    await job();
    const kept = hub.asked.at(-1)?.params["resume"] as { note: PushNote };
    expect(kept).toMatchObject({
      folderName: "tides",
      handle,
      note: {
        form: { name: "alice/tides", pathInRepo: "2026", title: "Upload tides (3 files)" },
        without: ["data/one.csv"],
      },
    });
    expect([...kept.note.landmarks].sort()).toEqual([
      ["README.md", 7],
      ["data/two.csv", 2],
      ["weights.bin", 5],
    ]);
    expect(JSON.stringify(kept)).not.toContain(TOKEN);
  });

  it("has no handle when something else was added to the folder", async () => {
    await choose();
    model.take(filesOf({ "more.txt": "m" }), { folder: undefined });
    await until("review");
    void model.push();
    await job();
    expect(hub.asked.at(-1)?.params["resume"]).toMatchObject({ folderName: "tides", handle: undefined });
  });
});

describe("files that were left behind", () => {
  const handle = new ScriptedHandle("tides", FILES);
  beforeEach(async () => {
    model.take(filesOf(FILES), { folder: "tides", handle: Promise.resolve(handle.handle) });
    await until("review");
    model.edit({ token: TOKEN, name: "alice/tides", pathInRepo: "sub", mirror: true });
    void model.push();
    const first = await job();
    first.emit({ event: "fileProgress", path: "sub/weights.bin", progress: 0, state: "error" });
    first.emit({ event: "warning", code: "file_skipped", message: "It changed", paths: ["sub/weights.bin"] });
    await soon(() => {
      expect(model.stage).toMatchObject({
        transfer: { failures: [{ path: "sub/weights.bin", message: "It changed" }] },
      });
    });
    first.finish(outputOf({ "sub/README.md": "added" }));
    await until("done");
  });

  it("are pushed alone, as they are now, and nothing is deleted for them", async () => {
    handle.files.set("weights.bin", new File(["changed"], "weights.bin"));
    void model.retryFailed();
    await soon(() => {
      expect(hub.jobs.length).toBe(2);
    });
    const { params } = hub.asked.at(-1) ?? {};
    const folder = params?.["folder"] as Map<string, Blob>;
    expect([...folder.keys()]).toEqual(["weights.bin"]);
    expect(await folder.get("weights.bin")?.text()).toBe("changed");
    expect([params?.["pathInRepo"], "deletePatterns" in (params ?? {})]).toEqual(["sub", false]);
    hub.jobs[1]?.finish(outputOf({ "sub/weights.bin": "added" }));
    await until("done");
    expect(model.stage).toMatchObject({ transfer: { total: 1 } });
    expect(model.selection.tree.files).toBe(4);
  });

  it("are pushed as they were chosen when they cannot be opened", async () => {
    handle.files.delete("weights.bin");
    void model.retryFailed();
    await soon(() => {
      expect(hub.jobs.length).toBe(2);
    });
    const folder = hub.asked.at(-1)?.params["folder"] as Map<string, Blob>;
    expect(await folder.get("weights.bin")?.text()).toBe("12345");
  });
});

describe("a large folder", () => {
  const push = async (count: number): Promise<Record<string, unknown> | undefined> => {
    model.take(filesOf(Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, "1"]))), {
      folder: "many",
    });
    await until("review");
    model.edit({ token: TOKEN, name: "alice/tides" });
    void model.push();
    await job();
    return hub.asked.at(-1)?.params;
  };

  it("of more than 5,000 files goes in several commits", async () => {
    expect(await push(5_001)).toMatchObject({ commits: "auto", onFileError: "skip" });
  });

  it("of fewer goes in one", async () => {
    expect(await push(5_000)).toMatchObject({ commits: "one" });
  });

  it("says what stands when it is stopped", async () => {
    await push(5_001);
    hub.jobs[0]?.emit({ event: "commit", oid: "1", url: "u", files: 250 });
    await soon(() => {
      expect(model.stage).toMatchObject({ transfer: { commits: [{ files: 250 }] } });
    });
    model.cancel();
    await until("cancelled");
    expect(model.stage).toMatchObject({ transfer: { commits: [{ files: 250 }], committing: false } });
  });
});

it("a push that is cancelled before it has a job ends, and nothing is asked any more", async () => {
  model.take(filesOf(FILES), { folder: "tides" });
  await until("review");
  model.edit({ token: TOKEN, name: "alice/tides" });
  void model.push();
  while (model.stage.is === "review") await Promise.resolve();
  model.cancel();
  await until("cancelled");
  expect(hub.jobs).toEqual([]);
});
