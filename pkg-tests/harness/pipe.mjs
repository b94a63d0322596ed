// Chromium over its debugging pipe, with no more of the protocol than a measurement may use. A driver that watches the network makes
// the browser copy every request body to it, which is slower than the upload itself.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { chromium, temporaryFolder } from "./environment.mjs";
import { FLAGS } from "./browser.mjs";
import { until } from "./until.mjs";

/** Starts a Chromium of its own; `close` ends it. */
export async function startMeasured() {
  const child = spawn(
    chromium(),
    [
      "--headless=new",
      "--remote-debugging-pipe",
      `--user-data-dir=${temporaryFolder("profile")}`,
      // Otherwise a renderer waits for the next page, and its memory would be taken for ours.
      "--disable-features=SpareRendererForSitePerProcess",
      ...FLAGS,
      "about:blank",
    ],
    { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
  );
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return new Measured(child, ended, kill);
}

class Measured {
  #child;
  #ended;
  #kill;
  #last = 0;
  #open = new Map();
  #session;

  constructor(child, ended, kill) {
    this.#child = child;
    this.#ended = ended;
    this.#kill = kill;
    let rest = "";
    child.stdio[4].setEncoding("utf8").on("data", (text) => {
      const messages = (rest + text).split("\0");
      rest = messages.pop();
      for (const message of messages) this.#take(JSON.parse(message));
    });
    void ended.then((code) => {
      for (const { reject } of this.#open.values()) reject(new Error(`Chromium ended with code ${code}`));
    });
  }

  /** Opens a page and waits until it has loaded. */
  async open(url) {
    const { targetId } = await this.#ask("Target.createTarget", { url });
    this.#session = (await this.#ask("Target.attachToTarget", { targetId, flatten: true })).sessionId;
    // A new target begins as an empty page, which counts as loaded.
    await until(() => this.evaluate((url) => location.href === url && document.readyState === "complete", url));
  }

  /** Calls a function in the page and waits for its promise. */
  async evaluate(call, ...args) {
    const { result, exceptionDetails } = await this.#ask("Runtime.evaluate", {
      expression: `(${call})(${args.map((arg) => JSON.stringify(arg)).join(", ")})`,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Puts files of the disk into an input of the page. */
  async choose(selector, files) {
    const { root } = await this.#ask("DOM.getDocument");
    const { nodeId } = await this.#ask("DOM.querySelector", { nodeId: root.nodeId, selector });
    await this.#ask("DOM.setFileInputFiles", { nodeId, files });
  }

  /** Drops files and folders of the disk in the middle of the page. */
  async drop(files) {
    const [width, height] = await this.evaluate(() => {
      addEventListener("drop", () => (window.hasDropped = true), { capture: true, once: true });
      return [innerWidth, innerHeight];
    });
    const drag = { x: width / 2, y: height / 2, data: { items: [], files, dragOperationsMask: 1 } };
    const dispatch = (type) => this.#ask("Input.dispatchDragEvent", { type, ...drag });
    // As in browser.mjs: a drop may be swallowed, and a person would drop again.
    for (let tries = 0; tries < 5; tries++) {
      for (const type of ["dragEnter", "dragOver", "drop"]) await dispatch(type);
      if (await until(() => this.evaluate(() => window.hasDropped === true), 2).catch(() => false)) return;
    }
    throw new Error("the browser does not let anything be dropped");
  }

  /** What the processes have used so far: seconds of CPU of all, largest memory of a renderer in MiB. */
  async used() {
    const { processInfo } = await this.#ask("SystemInfo.getProcessInfo", {}, false);
    const cpuSeconds = processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
    const peaks = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => peakMiB(id));
    return { cpuSeconds, rendererPeakMiB: Math.max(0, ...peaks) };
  }

  async close() {
    process.off("exit", this.#kill);
    this.#kill();
    await this.#ended;
  }

  #take({ id, result, error }) {
    const waiting = this.#open.get(id);
    if (waiting === undefined) return;
    this.#open.delete(id);
    if (error === undefined) waiting.resolve(result);
    else waiting.reject(new Error(error.message));
  }

  #ask(method, params = {}, ofPage = !method.startsWith("Target.")) {
    const id = ++this.#last;
    const session = ofPage ? { sessionId: this.#session } : {};
    this.#child.stdio[3].write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    return new Promise((resolve, reject) => this.#open.set(id, { resolve, reject }));
  }
}

/** The most memory that a process has held. */
function peakMiB(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
  } catch {
    // It has ended since.
    return 0;
  }
}
