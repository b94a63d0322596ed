// Runs the Python scripts of this folder against an embedded Hub.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { root, temporaryFolder } from "../harness/environment.mjs";
import { startHub } from "../harness/hub.mjs";

const BOB = `hf_${"b".repeat(34)}`;
const READER = `hf_${"r".repeat(34)}`;

/**
 * A Hub with alice, bob, rita who may only read, an organisation, and uploads in parts of half a megabyte from one megabyte on.
 * `flags` go to its command line as well.
 */
export function startClientsHub({ flags = [] } = {}) {
  return startHub({
    readers: [{ name: "rita", token: READER }],
    flags: [
      ...["--user", `bob:${BOB}`, "--org", "acme:alice"],
      ...["--multipart-threshold", "1000000", "--part-size", "500000"],
      ...flags,
    ],
  });
}

/** The environment of a Python process that talks to this Hub and to nobody else; `home` is where it keeps its cache. */
export function pythonEnvironment(hub, home = temporaryFolder("python")) {
  return {
    PATH: process.env.PATH,
    HOME: home,
    TMPDIR: home,
    HF_HOME: join(home, "hf"),
    HF_ENDPOINT: hub.url,
    HF_TOKEN: hub.token,
    HF_HUB_DISABLE_XET: "1",
    HF_HUB_DISABLE_PROGRESS_BARS: "1",
    HF_HUB_DISABLE_TELEMETRY: "1",
    HF_HUB_DISABLE_SYMLINKS_WARNING: "1",
    PYTHONDONTWRITEBYTECODE: "1",
    HUBFERRY_BOB: BOB,
    HUBFERRY_READER: READER,
  };
}

/** Runs one script without Xet; gives the names of its cases that passed. What it printed is the message when one fails. */
export function runScript(python, hub, ...script) {
  return runCases(python, pythonEnvironment(hub), script);
}

/** The same with Xet, and with a cache of chunks that knows nothing yet. */
export function runXetScript(python, hub, ...script) {
  return runCases(python, { ...pythonEnvironment(hub), HF_HUB_DISABLE_XET: "0" }, script);
}

async function runCases(python, env, script) {
  const file = join(root, "pkg-tests/clients", ...script);
  const { status, output } = await run(python, [file], { env });
  if (status !== 0) throw new Error(`${script.join("/")} ended with ${status}:\n${output}`);
  return [...output.matchAll(/^passed (\w+)/gm)].map(([, name]) => name);
}

/** Runs a program to its end; `input` goes to its standard input. */
export async function run(program, args, { env, input = "" }) {
  const child = spawn(program, args, { env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  child.stdin.end(input);
  const status = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  return { status, output };
}
