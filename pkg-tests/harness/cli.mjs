// The command line as a user has it: the `hubferry` of an installed package, started as npx does.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { project } from "./project.mjs";

/** The program. */
export const program = () => join(project(), "node_modules/.bin/hubferry");

/** The environment of a command that knows this Hub and nothing else; `home` is where it keeps what it keeps. */
export function cliEnvironment(hub, home, more = {}) {
  return {
    PATH: process.env.PATH,
    HOME: home,
    TMPDIR: home,
    TERM: "xterm",
    HF_HOME: join(home, "hf"),
    HF_ENDPOINT: hub.url,
    HF_TOKEN: hub.token,
    GIT_CONFIG_NOSYSTEM: "1",
    ...more,
  };
}

/**
 * Starts a program; `input` is all of its standard input, unless somebody types (`isTyped`). `ended` resolves with
 * `{ code, stdout, stderr, last }`, where `last` is the last line of standard output.
 */
export function start(file, words, { cwd, env, input = "", isTyped = false }) {
  const child = spawn(file, words, { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) child[name].setEncoding("utf8").on("data", (text) => (said[name] += text));
  child.stdin.on("error", () => undefined);
  if (!isTyped) child.stdin.end(input);
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("exit", kill);
      const last = said.stdout.trimEnd().split("\n").at(-1);
      resolve({ code: code ?? signal, ...said, last });
    });
  });
  return { child, said, ended };
}

/** Runs `hubferry` to its end. */
export const hubferry = (words, options) => start(program(), words, options).ended;
