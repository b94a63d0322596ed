// The example application in Chromium: files are chosen and pushed, the bar comes to its end; a push that is cancelled says so and
// commits nothing. Run by scripts/ci/gloo.sh, which builds the application.
import assert from "node:assert/strict";
import { join } from "node:path";
import { startBrowser } from "../harness/browser.mjs";
import { root, temporaryFolder } from "../harness/environment.mjs";
import { noise, writeFolder } from "../harness/fixture.mjs";
import { commits } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { checkRepo } from "../harness/pushed.mjs";
import { serveFolder } from "../harness/static.mjs";

const files = new Map([
  ["a.txt", Buffer.from("a")],
  ["model.bin", noise(2_000_000, 3)],
]);
const folder = temporaryFolder("example");
writeFolder(folder, files);

const hub = await startHub({ page: temporaryFolder("page") });
const site = await serveFolder(join(root, "target/examples/yew"));
const browser = await startBrowser();
try {
  const page = await browser.newPage();
  const fill = async (name) => {
    await hub.create(name);
    await page.getByLabel("Hub").fill(hub.url);
    await page.getByLabel("Repo").fill(`datasets/${hub.user}/${name}`);
    await page.getByLabel("Token").fill(hub.token);
    await page.getByLabel("Files").setInputFiles([...files.keys()].map((path) => join(folder, path)));
  };
  const says = (text) => page.getByRole("status").filter({ hasText: text }).waitFor({ timeout: 60_000 });

  await page.goto(site.url);
  await fill("pushed");
  await page.getByRole("button", { name: "Push" }).click();
  await says(`Done: ${hub.pageOf("pushed")}/commit/`);
  assert.equal(await page.getByRole("progressbar").getAttribute("value"), "1");
  checkRepo(hub.repoFolder("pushed"), files);

  // Slow enough to be stopped by hand.
  await hub.slowDown({ uploadBytesPerSecond: 100_000 });
  await fill("cancelled");
  await page.getByRole("button", { name: "Push" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await says("Stopped");
  assert.equal(commits(hub.repoFolder("cancelled")).length, 1);
  console.log("example: pushed, and cancelled");
} finally {
  await browser.close();
  await site.stop();
  await hub.stop();
}
