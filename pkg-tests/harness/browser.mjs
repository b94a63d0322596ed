// Chromium, and the page as a person uses it: drop, fill in, push, read what it says.
import { chromium } from "playwright-core";
import { chromium as executable, FULL } from "./environment.mjs";
import { until } from "./until.mjs";
import { pageWatch } from "./watch.mjs";

/** Flags that make Chromium quiet; and no name leads anywhere, so that a request to a stranger fails and is seen. */
export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE 127.0.0.2, EXCLUDE 127.0.0.3",
];

/** Starts Chromium. */
export function startBrowser({ flags = [] } = {}) {
  return chromium.launch({ executablePath: executable(), headless: true, args: [...FLAGS, ...flags] });
}

/**
 * Takes away what opens a dialog of the system that nobody answers here: the picker of folders, and the handle of a dropped folder, which
 * Chromium holds back when the folder lies below a cache folder, as those of the tests do. Folders are then dropped and chosen as in
 * browsers without handles. Runs in the page.
 */
export function withoutSystemDialogs() {
  delete globalThis.showDirectoryPicker;
  delete DataTransferItem.prototype.getAsFileSystemHandle;
}

/**
 * Opens the page of a Hub in a context of its own.
 *
 * `prepare` gets the context before anything is loaded, for scripts that must run first.
 */
export async function openPage(browser, hub, { prepare, ...options } = {}) {
  const context = await browser.newContext(options);
  await context.addInitScript(pageWatch);
  await context.addInitScript(withoutSystemDialogs);
  await prepare?.(context);
  const page = await context.newPage();
  const opened = new PushPage(page, hub);
  await page.goto(`${hub.url}/`);
  await opened.stage("empty");
  return opened;
}

/** The page, and what went wrong on it. */
export class PushPage {
  /** Errors on the console, uncaught ones, dialogs. */
  complaints = [];
  #leaves = false;

  constructor(page, hub) {
    this.page = page;
    this.hub = hub;
    page.on("pageerror", (error) => this.complaints.push(`uncaught: ${error.message}`));
    page.on("crash", () => this.complaints.push("the page crashed"));
    page.on("console", (message) => {
      const text = message.text();
      // Chromium notes every status from 400 on, also that of a repo which is asked for and not there yet.
      const isStatus = text.startsWith("Failed to load resource: the server responded with a status of");
      if (["error", "warning"].includes(message.type()) && !isStatus) this.complaints.push(`console: ${text}`);
    });
    page.on("dialog", (dialog) => {
      if (dialog.type() === "beforeunload" && this.#leaves) {
        void dialog.accept();
        return;
      }
      this.complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  /** Waits until the page is in that stage. */
  async stage(name, timeout = FULL ? 1_800_000 : 60_000) {
    const ends = ["done", "unchanged", "failed", "cancelled"];
    const wanted = this.page.locator(`hubferry-drop[state=${name}]`);
    const other = ends.filter((end) => end !== name).map((end) => `hubferry-drop[state=${end}]`);
    // A push that ended in another way will not come to this stage any more.
    const found = ends.includes(name) ? wanted.or(this.page.locator(other.join(","))) : wanted;
    const late = await found.waitFor({ timeout }).then(
      () => "",
      () => ` after ${timeout} ms`,
    );
    const stage = await this.page.locator("hubferry-drop").getAttribute("state");
    if (stage === name) return;
    const complaints = this.complaints.map((complaint) => `\n${complaint}`).join("");
    throw new Error(`the page is in the stage "${stage}"${late}, not "${name}": ${await this.text()}${complaints}`);
  }

  /** What the page shows. */
  text() {
    return this.page.locator("hubferry-drop").evaluate((drop) => {
      const deep = (node) => {
        if (node.nodeType === Node.TEXT_NODE) return node.data;
        if (node instanceof Element && ["STYLE", "SCRIPT"].includes(node.tagName)) return "";
        return [...(node.shadowRoot?.childNodes ?? []), ...node.childNodes].map(deep).join(" ");
      };
      return deep(drop).replace(/\s+/g, " ").trim();
    });
  }

  /** Drags files and folders of the disk over the middle of the page. */
  async dragOver(paths) {
    this.cdp ??= await this.page.context().newCDPSession(this.page);
    const { width, height } = this.page.viewportSize();
    const drag = { x: width / 2, y: height / 2, data: { items: [], files: paths, dragOperationsMask: 1 } };
    await this.cdp.send("Input.dispatchDragEvent", { type: "dragEnter", ...drag });
    await this.cdp.send("Input.dispatchDragEvent", { type: "dragOver", ...drag });
    return drag;
  }

  /** Drops files and folders of the disk in the middle of the page. */
  async drop(paths) {
    await this.page.evaluate(() => {
      window.hasDropped = false;
      addEventListener("drop", () => (window.hasDropped = true), { capture: true, once: true });
    });
    const hasDropped = () => this.page.evaluate(() => window.hasDropped);
    const drag = await this.dragOver(paths);
    // On a busy machine Chromium (156) may swallow the drop of the protocol before any page sees it. A person would drop again.
    for (let tries = 0; tries < 5; tries++) {
      await this.cdp.send("Input.dispatchDragEvent", { type: "drop", ...drag });
      if (await until(hasDropped, 2).catch(() => false)) return;
      await this.dragOver(paths);
    }
    throw new Error("the browser does not let anything be dropped");
  }

  /** Chooses a folder by the input with `webkitdirectory`. */
  async choose(folder) {
    await this.page.locator("hubferry-drop input#folder").setInputFiles(folder);
  }

  /** Fills in the form of the review. */
  async fill({ repo, type = "dataset", token = this.hub.token, branch, path, title }) {
    await this.stage("review");
    await this.page.locator("#field-token").fill(token);
    await this.page.locator(`input[name=type][value=${type}]`).check({ force: true });
    await this.page.locator("#field-name").fill(repo);
    if (branch !== undefined) await this.page.locator("#field-branch").fill(branch);
    if (path !== undefined) await this.page.locator("#field-pathInRepo").fill(path);
    if (title !== undefined) await this.page.locator("#field-title").fill(title);
  }

  /** Presses the button that pushes. */
  async push() {
    await this.page.locator("form button[type=submit]").click();
  }

  /** Presses a button by its name. */
  async press(name) {
    await this.page.getByRole("button", { name }).click();
  }

  /** The address behind the commit link of the last stage. */
  commitLink() {
    return this.page.getByRole("link", { name: /View the commit/ }).getAttribute("href");
  }

  /** What the watch has counted, and violations of the content security policy. */
  watched() {
    return this.page.evaluate(() => window.pkgTests);
  }

  /** Loads the page anew, also when it asks whether it may be left; gives whether it asked. What goes wrong with its end is not told. */
  async reload() {
    const asks = this.page.waitForEvent("dialog", { timeout: 5_000 }).then(
      () => true,
      () => false,
    );
    this.#leaves = true;
    await this.page.reload();
    this.#leaves = false;
    this.complaints.splice(0);
    return await asks;
  }

  /** Opens the page once more, in another tab of the same browser. */
  async another() {
    const page = await this.page.context().newPage();
    const opened = new PushPage(page, this.hub);
    await page.goto(`${this.hub.url}/`);
    await opened.stage("empty");
    return opened;
  }

  async close() {
    await this.page.context().close();
  }
}
