import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HubferryError } from "../../src/errors.js";
import { DropModel, type StageName } from "../../src/element/model.js";
import { outputOf, ScriptedPackage } from "./scripted-package.js";

const soon = vi.waitFor;

let hub: ScriptedPackage;
let model: DropModel;
beforeEach(() => {
  hub = new ScriptedPackage();
  model = new DropModel(hub.functions, "https://hub.test", {
    changed: () => undefined,
    entered: () => undefined,
    progressed: () => undefined,
    committed: () => undefined,
    failed: () => undefined,
  });
});
afterEach(() => {
  model.dispose();
});

const paths = (): string[] => Array.from(model.selection.tree.all(), ({ path }) => path);
const until = (stage: StageName): Promise<void> =>
  soon(() => {
    expect(model.stage.is).toBe(stage);
  });
const holds = (...names: string[]): Promise<void> =>
  soon(() => {
    expect([paths(), model.chosen.applying]).toEqual([names, false]);
  });

async function choose(...names: string[]): Promise<void> {
  model.take(
    names.map((name) => new File(["12345"], name)),
    { folder: undefined },
  );
  await until("review");
}

const fill = (): void => {
  model.edit({ token: "hf_test", name: "alice/photos", type: "dataset" });
};

const asked = async (): Promise<Record<string, unknown>> => {
  await soon(() => {
    expect(hub.jobs).toHaveLength(1);
  });
  return hub.asked.at(-1)?.params ?? {};
};

describe("ignore files", () => {
  beforeEach(() => {
    hub.ignored = new Set(["b.log"]);
  });

  it("leave files out, by a rule that is named", async () => {
    await choose("a", "b.log");
    expect(paths()).toEqual(["a"]);
    expect(model.selection.leftOut.groups).toEqual([
      { by: "gitignore", total: 1, rules: [{ rule: ".gitignore:1: b.log", total: 1, paths: ["b.log"] }] },
    ]);
  });

  it("can be disregarded and respected again, without another drop", async () => {
    await choose("a", "b.log");
    model.edit({ gitignore: false });
    await holds("a", "b.log");
    model.edit({ gitignore: true });
    await holds("a");
    model.edit({ gitignore: false });
    await holds("a", "b.log");
  });

  it("keep out what patterns had left out meanwhile", async () => {
    await choose("a", "b.log");
    model.edit({ gitignore: false, leaveOut: "b.log" });
    await holds("a");
    model.edit({ gitignore: true, leaveOut: "" });
    await holds("a");
    await soon(() => {
      expect(model.selection.byPatterns.size).toBe(0);
    });
    expect(paths()).toEqual(["a"]);
  });

  it("are not asked about what comes later, when they are disregarded", async () => {
    model.edit({ gitignore: false });
    await choose("a", "b.log");
    expect(paths()).toEqual(["a", "b.log"]);
  });

  it("of the repo are disregarded as well", async () => {
    await choose("a", "b.log");
    model.edit({ gitignore: false });
    await holds("a", "b.log");
    fill();
    void model.push();
    expect((await asked())["gitignore"]).toBe(false);
  });

  it("that were heard here are left to the Hub afterwards", async () => {
    await choose("a", "b.log");
    fill();
    void model.push();
    const params = await asked();
    expect(params["gitignore"]).toBe("hub");
    expect([...(params["folder"] as Map<string, Blob>).keys()]).toEqual(["a"]);
  });
});

describe("patterns", () => {
  it("leave out, and let in again", async () => {
    await choose("a", "b", "c");
    model.edit({ leaveOut: " b \n\nc" });
    await holds("a");
    expect(model.selection.leftOut.groups).toEqual([
      {
        by: "patterns",
        total: 2,
        rules: [
          { rule: "b", total: 1, paths: ["b"] },
          { rule: "c", total: 1, paths: ["c"] },
        ],
      },
    ]);
    model.edit({ leaveOut: "", onlyThese: "b" });
    await holds("b");
    model.edit({ onlyThese: "" });
    await holds("a", "b", "c");
    expect(model.selection.leftOut.groups).toEqual([]);
  });

  it("do not bring back what was taken out", async () => {
    await choose("a", "b", "c");
    const node = model.selection.tree.find("a");
    if (node === undefined) throw new Error("not found");
    model.chosen.remove(node);
    model.edit({ leaveOut: "b" });
    await holds("c");
    model.edit({ leaveOut: "" });
    await holds("b", "c");
    model.chosen.undoRemove();
    await holds("a", "b", "c");
  });

  it("hold for what is added later", async () => {
    await choose("a", "b");
    model.edit({ leaveOut: "b\nd" });
    await holds("a");
    await choose("c", "d");
    expect(paths()).toEqual(["a", "c"]);
  });

  it("are in force when a push begins, however fast it follows the typing", async () => {
    await choose("a", "b");
    fill();
    model.edit({ leaveOut: "b" });
    void model.push();
    expect([...((await asked())["folder"] as Map<string, Blob>).keys()]).toEqual(["a"]);
  });
});

describe("findings", () => {
  const refuse = (bad: string): void => {
    hub.findings = (found) => {
      const concerned = found.filter((path) => path.startsWith(bad));
      return concerned.length === 0
        ? []
        : [
            {
              code: "refused_name",
              severity: "error",
              message: "The Hub refuses this name",
              // As many as it lists.
              paths: concerned.slice(0, 2),
              total: concerned.length,
            },
          ];
    };
  };

  it("block the push until they are solved, and are solved at once", async () => {
    refuse("bad");
    await choose("a", "bad1", "bad2", "bad3", "bad4", "bad5");
    fill();
    expect(await model.push()).toBe(false);
    expect(model.check.errors).toMatchObject([{ code: "refused_name", total: 5 }]);
    expect(hub.jobs).toEqual([]);
    await model.chosen.solve("refused_name");
    expect(paths()).toEqual(["a"]);
    expect(model.check.findings).toEqual([]);
    model.chosen.undoRemove();
    expect(paths()).toEqual(["a", "bad1", "bad2", "bad3", "bad4", "bad5"]);
    await model.chosen.solve("refused_name");
    void model.push();
    await asked();
  });

  it("that are warnings do not block", async () => {
    hub.findings = () => [
      { code: "looks_like_secret", severity: "warning", message: "It looks like a secret", paths: ["a"], total: 1 },
    ];
    await choose("a");
    fill();
    void model.push();
    await asked();
    expect(model.check.findings).toHaveLength(1);
  });

  it("follow the files", async () => {
    refuse("bad");
    await choose("a", "bad");
    await soon(() => {
      expect(model.check.errors).toHaveLength(1);
    });
    const node = model.selection.tree.find("bad");
    if (node === undefined) throw new Error("not found");
    model.chosen.remove(node);
    await soon(() => {
      expect(model.check.errors).toEqual([]);
    });
  });

  it("that cannot be had stop nobody", async () => {
    hub.findings = () => {
      throw new HubferryError("internal", "a bug");
    };
    await choose("a");
    fill();
    void model.push();
    await asked();
  });
});

describe("ways to commit", () => {
  it("a mirror deletes what is not among the files", async () => {
    await choose("a");
    fill();
    model.edit({ mirror: true, pathInRepo: "sub" });
    void model.push();
    expect(await asked()).toMatchObject({ deletePatterns: "*", pathInRepo: "sub" });
  });

  it("a pull request is asked for, and only then", async () => {
    await choose("a");
    fill();
    void model.push();
    const params = await asked();
    expect([params["isPullRequest"], params["deletePatterns"]]).toEqual([undefined, undefined]);
    hub.jobs.at(-1)?.fail(new HubferryError("forbidden", "No right to write here"));
    await until("failed");
    expect(model.stage).toMatchObject({
      failure: { pullRequest: true, title: "You may not write to this repository" },
    });
    model.edit({ pullRequest: true });
    void model.push();
    await soon(() => {
      expect(hub.jobs).toHaveLength(2);
    });
    expect(hub.asked.at(-1)?.params["isPullRequest"]).toBe(true);
    hub.jobs.at(-1)?.finish({ ...outputOf({ a: "added" }), pullRequestUrl: "https://hub.test/discussions/1" });
    await until("done");
  });

  it("a token that can only read is told so", async () => {
    hub.role = "read";
    await choose("a");
    fill();
    void model.push();
    await asked();
    hub.jobs.at(-1)?.fail(new HubferryError("forbidden", "No right to write here"));
    await until("failed");
    expect(model.stage).toMatchObject({
      failure: { pullRequest: false, title: "This token can only read", field: "token" },
    });
  });

  it("a push that is asked for twice is one push", async () => {
    await choose("a");
    fill();
    const both = [model.push(), model.push()];
    await asked();
    hub.jobs.at(-1)?.finish(outputOf({ a: "added" }));
    await Promise.all(both);
    expect(hub.jobs).toHaveLength(1);
  });

  it("files that the Hub leaves out are said to be", async () => {
    await choose("a", "b");
    fill();
    void model.push();
    await asked();
    hub.jobs.at(-1)?.emit({ event: "warning", code: "ignored_by_hub", message: "Left out", paths: ["b"] });
    await soon(() => {
      if (model.stage.is !== "uploading") throw new Error(model.stage.is);
      expect(model.stage.transfer.files.pathsOf("ignored")).toEqual(["b"]);
      expect(model.stage.transfer.remarks).toEqual([]);
    });
  });
});
