// The embedded Hub as a child of this process, with its control API.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { builtPage, localHub, temporaryFolder } from "./environment.mjs";

const FOLDERS = { model: "models", dataset: "datasets", space: "spaces" };
const PREFIXES = { model: "", dataset: "datasets/", space: "spaces/" };

/** Starts a Hub on a free port with one user; stops with this process. `flags` go to its command line as they are. */
export async function startHub({ user = "alice", page = builtPage(), readers = [], flags = [] } = {}) {
  const token = `hf_${randomBytes(17).toString("hex")}`;
  const control = randomBytes(16).toString("hex");
  const data = temporaryFolder("hub");
  const users = [`${user}:${token}`, ...readers.map(({ name, token }) => `${name}:${token}:read`)];
  const args = [
    ...["--data", data, "--page", page, "--control-token", control],
    ...users.flatMap((each) => ["--user", each]),
    ...flags,
  ];
  const running = await launch([...args, "--port", "0"]);
  return new Hub({ token, user, data, control, args, running });
}

/** Starts the process, and waits until it is ready. */
async function launch(args) {
  const child = spawn(localHub(), args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  return { child, ended, kill, ...(await ready(child, ended)) };
}

/** The first line says that it is ready, and where. */
async function ready(child, ended) {
  const lines = createInterface({ input: child.stdout });
  const line = new Promise((resolve) => lines.once("line", resolve));
  const end = ended.then((code) => Promise.reject(new Error(`the embedded Hub ended with code ${code}`)));
  return JSON.parse(await Promise.race([line, end]));
}

class Hub {
  #control;
  #args;
  #running;

  constructor({ token, user, data, control, args, running }) {
    this.url = running.url;
    this.storeUrl = running.storeUrl;
    this.casUrl = running.casUrl;
    this.token = token;
    this.user = user;
    this.data = data;
    this.#control = control;
    this.#args = args;
    this.#running = running;
  }

  /** The token of the control API, for tests in another runtime. */
  get control() {
    return this.#control;
  }

  /** Pulls the plug: from now on nobody answers. What it had on the disk stays; its log of requests does not. */
  async kill() {
    process.off("exit", this.#running.kill);
    this.#running.kill();
    await this.#running.ended;
  }

  /** Starts it again where it was. */
  async revive() {
    const port = (name, url) => (url === undefined ? [] : [name, new URL(url).port]);
    this.#running = await launch([
      ...this.#args,
      ...port("--port", this.url),
      ...port("--store-port", this.storeUrl),
      ...port("--cas-port", this.casUrl),
    ]);
  }

  /** All requests since the last `forget`, in order. */
  async requests() {
    return (await this.#ask("GET", "requests")).requests;
  }

  /** Forgets all requests. */
  async forget() {
    await this.#ask("DELETE", "requests");
  }

  /** Orders a fault; resolves with its id. */
  async order(rule) {
    return (await this.#ask("POST", "faults", rule)).id;
  }

  /** How often each fault was applied, by id. */
  async hits() {
    const { faults } = await this.#ask("GET", "faults");
    return new Map(faults.map(({ id, hits }) => [id, hits]));
  }

  /** Takes all faults away. */
  async heal() {
    await this.#ask("DELETE", "faults");
  }

  /** A slow network for all requests, or a fast one again: `latencyMs`, `uploadBytesPerSecond`, `downloadBytesPerSecond`. */
  async slowDown(network) {
    await this.#ask("PUT", "network", network);
  }

  /** How Xet is offered: `offered`, `tokenLifetimeSeconds`, `urlLifetimeSeconds`. */
  async xet(settings) {
    await this.#ask("PUT", "xet", settings);
  }

  /** Of a Hub that takes bodies unseen: looks at all of them now. Throws when something is wrong; resolves with how much it was. */
  async verifyAll() {
    const { checked, failed } = await this.#ask("POST", "verify");
    if (failed.length > 0) throw new Error(`what was stored is wrong: ${JSON.stringify(failed)}`);
    return checked;
  }

  /** The bare repository on disk. */
  repoFolder(name, type = "dataset") {
    return join(this.data, "repos", FOLDERS[type], this.user, `${name}.git`);
  }

  /** The repo as `{ type, name }`. */
  repo(name, type = "dataset") {
    return { type, name: `${this.user}/${name}` };
  }

  /** Creates a repo as its owner would by hand. */
  async create(name, type = "dataset") {
    const response = await fetch(`${this.url}/api/repos/create`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
      body: JSON.stringify({ type, name, organization: this.user }),
    });
    if (!response.ok) throw new Error(`the Hub refused to create ${name}: ${await response.text()}`);
  }

  /** The address of a repo's page. */
  pageOf(name, type = "dataset") {
    return `${this.url}/${PREFIXES[type]}${this.user}/${name}`;
  }

  async stop() {
    const { child, ended, kill } = this.#running;
    process.off("exit", kill);
    child.kill("SIGTERM");
    const grace = setTimeout(kill, 5_000);
    await ended;
    clearTimeout(grace);
  }

  async #ask(method, path, body) {
    const ask = () =>
      fetch(`${this.url}/_control/${path}`, {
        method,
        headers: { authorization: `Bearer ${this.#control}`, "content-type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    // While this thread was busy comparing, the Hub may have closed the connection that is used here.
    const response = await ask().catch(ask);
    const text = await response.text();
    if (!response.ok) throw new Error(`control ${method} ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}
