// Takes pictures of the page in every state: wide and light, wide and dark, 320 px narrow.
// `node screenshots/run.mjs FOLDER [--only NAME] [--readme]`: PNGs into FOLDER; with --readme, the pictures of README.md into docs/.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { startBrowser } from "../harness/browser.mjs";
import { root } from "../harness/environment.mjs";
import { inState, NARROW, startHubs, STATES } from "./states.mjs";

const { values: options, positionals } = parseArgs({
  options: { only: { type: "string" }, readme: { type: "boolean", default: false } },
  allowPositionals: true,
});
// Under `npm run` the folder is relative to where npm was called.
const into = resolve(process.env.INIT_CWD ?? ".", positionals[0] ?? join(root, "../screenshots"));
if (!options.readme) mkdirSync(into, { recursive: true });

const hubs = await startHubs();
const browser = await startBrowser();

/** What follows a change by itself: announcements, the next report of numbers, a repo looked up. */
const settled = (page) => page.page.waitForTimeout(600);

async function pictures(page, name) {
  await settled(page);
  const shot = (variant, more) =>
    page.page.screenshot({ path: join(into, `${name}.${variant}.png`), animations: "disabled", ...more });
  await shot("light");
  await page.page.emulateMedia({ colorScheme: "dark" });
  await shot("dark");
  await page.page.emulateMedia({ colorScheme: "light" });
  await page.page.setViewportSize(NARROW);
  await shot("narrow", { fullPage: !name.startsWith("drag") });
  for (const complaint of page.complaints) console.error(`${name}: ${complaint}`);
}

if (options.readme) {
  const docs = join(root, "docs");
  mkdirSync(docs, { recursive: true });
  const shot = async (page, file) => {
    await settled(page);
    await page.page.screenshot({ path: join(docs, file), animations: "disabled" });
  };
  await inState(browser, hubs, "review", async (page) => {
    // Names in scripts that this machine may have no font for.
    await page.page.getByText("notes", { exact: true }).click();
    await page.page.locator("hubferry-drop h2").focus();
    await page.page.mouse.move(0, 0);
    await shot(page, "page.png");
  });
  await inState(browser, hubs, "uploading", (page) => shot(page, "push.png"));
} else {
  for (const name of Object.keys(STATES)) {
    if (options.only !== undefined && name !== options.only) continue;
    await inState(browser, hubs, name, (page) => pictures(page, name));
    console.log(name);
  }
  console.log(`in ${into}`);
}
await browser.close();
await hubs.stop();
