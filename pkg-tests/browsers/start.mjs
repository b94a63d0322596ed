// A browser as a process that opens one page. Pages tell their server by themselves what came of them, so no driver is needed.
import { spawn, spawnSync } from "node:child_process";

/** Opens a page; `close` ends the browser with all its processes. */
export function open([file, ...words], env) {
  const child = spawn(file, words, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (said = `${said}${text}`.slice(-4000)));
  const ended = new Promise((resolve) => child.once("close", resolve).once("error", resolve));
  const kill = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It is gone.
    }
  };
  process.once("exit", kill);
  return {
    /** Rejects when the browser ends before it is closed. */
    gone: ended.then((code) => Promise.reject(new Error(`${file} ended with ${code}: ${said}`))),
    said: () => said,
    close: async () => {
      process.off("exit", kill);
      kill();
      await ended;
    },
  };
}

/** What a browser says of its version. */
export function versionOf(file, env) {
  const { stdout, stderr } = spawnSync(file, ["--version"], { env: { ...process.env, ...env }, encoding: "utf8" });
  const [version] = /\d+(\.\d+)+/.exec(stdout) ?? [];
  if (version === undefined) throw new Error(`${file} tells no version: ${stdout}${stderr}`);
  return version;
}
