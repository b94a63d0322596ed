// Reads repos back with Python's huggingface_hub.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { python, root, temporaryFolder } from "./environment.mjs";

/** Downloads a whole repo; returns the folder. */
export function snapshot({ repoId, repoType, hubUrl, token, revision }) {
  const home = temporaryFolder("python");
  const into = join(home, "snapshot");
  const script = join(root, "pkg-tests/harness/snapshot.py");
  const job = JSON.stringify({
    repo_id: repoId,
    repo_type: repoType,
    revision: revision ?? null,
    local_dir: into,
    token,
  });
  const { status, stdout, stderr } = spawnSync(python(), [script], {
    input: job,
    encoding: "utf8",
    env: {
      PATH: process.env.PATH,
      HOME: home,
      HF_HOME: join(home, "hf"),
      HF_ENDPOINT: hubUrl,
      HF_HUB_DISABLE_XET: "1",
      HF_HUB_DISABLE_PROGRESS_BARS: "1",
      HF_HUB_DISABLE_TELEMETRY: "1",
    },
  });
  if (status !== 0) throw new Error(`snapshot_download failed: ${stdout}${stderr}`);
  return into;
}
