// The Hub's own Python client, unmodified, against the embedded Hub: each script of ./python is a topic.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { python, pythonV1 } from "../harness/environment.mjs";
import { startClientsHub, runScript } from "./scripts.mjs";

describe("huggingface_hub", () => {
  let hub;
  before(async () => {
    hub = await startClientsHub();
  });
  after(async () => {
    await hub?.stop();
  });

  for (const [topic, cases] of Object.entries({ repos: 12, uploads: 14, revisions: 9, reading: 10 })) {
    test(topic, async () => {
      assert.equal((await runScript(python(), hub, "python", `${topic}.py`)).length, cases);
    });
  }

  test("version 1: large folders", async () => {
    assert.equal((await runScript(pythonV1(), hub, "python", "large_folder.py")).length, 6);
  });
});
