// What a dry run says of a repo that is not there: what the upload would say.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.js";
import { temporaryFolder } from "../harness/folder.js";
import { suiteHub } from "../harness/suite-hub.js";
import { heard, type HeardStreams } from "./streams.js";

const { known } = suiteHub();
let serial = 0;

async function hubferry(...words: string[]): Promise<{ code: number; said: HeardStreams["said"] }> {
  const streams = heard();
  const environment = {
    HF_ENDPOINT: known.hubUrl,
    HF_TOKEN: known.accessToken,
    HF_HOME: join(temporaryFolder(), "hf"),
  };
  return { code: await run(words, "1.2.3", streams, environment), said: streams.said };
}

describe("a dry run for a repo that is not there", () => {
  it.each<[string, Record<string, string>, string[], string]>([
    ["a name that no repo takes", { "a\nb": "a", "c.txt": "c" }, [], "U+000A"],
    ["a folder that no repo takes", { "a.txt": "a" }, ["../up"], "../up"],
  ])("refuses what the upload refuses: %s", async (_, files, inRepo, path) => {
    const folder = temporaryFolder(files);
    const words = ["upload", `alice/refused-${serial++}`, folder, ...inRepo, "--json"];
    for (const { code, said } of [await hubferry(...words, "--dry-run"), await hubferry(...words)]) {
      expect(code).toBe(1);
      expect(JSON.parse(said.stdout)).toMatchObject({
        error: { code: "invalid_input", message: expect.stringContaining(path) as string },
      });
    }
  });

  it("warns of what the upload warns of", async () => {
    const folder = temporaryFolder({ id_rsa: "key", "Case.txt": "a", "case.txt": "b" });
    const words = ["upload", "alice/warned", folder, "--json"];
    const planned = await hubferry(...words, "--dry-run");
    expect(planned.code).toBe(0);
    expect(planned.said.stderr).toMatch(/^Warning: .*id_rsa/m);
    const warningsOf = (stdout: string): string[] => (JSON.parse(stdout) as { warnings: string[] }).warnings;
    const uploaded = await hubferry(...words);
    expect(uploaded.code).toBe(0);
    expect(warningsOf(planned.said.stdout)).toHaveLength(2);
    expect(warningsOf(planned.said.stdout)).toEqual(warningsOf(uploaded.said.stdout));
  });

  it("does not guess how many commits it takes", async () => {
    const folder = temporaryFolder({ "a.txt": "a" });
    const { code, said } = await hubferry("upload", "alice/new", folder, "--dry-run");
    expect(code).toBe(0);
    expect(said.stdout).toContain("The upload makes the repo, adds 1 file");
    expect(said.stdout).not.toMatch(/commit/);
  });
});
