// The long tests: the pushes of `make test` at full size, then the benchmark with large files.
import { spawnSync } from "node:child_process";

function node(env, ...args) {
  const { status } = spawnSync(process.execPath, args, {
    cwd: import.meta.dirname,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (status !== 0) process.exit(status ?? 1);
}

node({ HUBFERRY_FULL: "1" }, "run.mjs", "drop", "large", "many-files", "node", "plug");
node({}, "bench/run.mjs", "--full", "--rounds", "2");
