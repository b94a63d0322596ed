// Every state of the page keeps the rules of accessibility that a program can check, in both schemes, wide and narrow.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { startBrowser } from "../harness/browser.mjs";
import { inState, NARROW, startHubs, STATES } from "../screenshots/states.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** What can differ between two schemes, and between two widths. */
const COLOURS = ["color-contrast", "link-in-text-block"];
const LAYOUT = ["color-contrast", "target-size", "scrollable-region-focusable"];

/** What axe complains about, one line per element. */
function complaints(page, only) {
  return page.page.evaluate(
    async ({ tags, rules }) => {
      const { violations } = await globalThis.axe.run(document, {
        runOnly: rules === undefined ? { type: "tag", values: tags } : { type: "rule", values: rules },
        rules: rules === undefined ? { "target-size": { enabled: true } } : {},
        resultTypes: ["violations"],
        preload: false,
      });
      return violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(" ")}: ${failureSummary}`),
      );
    },
    { tags: TAGS, rules: only },
  );
}

describe("axe", () => {
  let hubs;
  let browser;
  before(async () => {
    hubs = await startHubs();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await hubs?.stop();
  });

  test("it sees into the element, and would complain", async () => {
    await inState(browser, hubs, "empty", async (page) => {
      await page.page.evaluate(axe);
      await page.page.locator("hubferry-drop").evaluate((drop) => {
        drop.shadowRoot.querySelector("button").textContent = "";
      });
      assert.match((await complaints(page)).join("\n"), /button-name/);
    });
  });

  for (const name of Object.keys(STATES))
    test(name, async () => {
      await inState(
        browser,
        hubs,
        name,
        async (page) => {
          await page.page.evaluate(axe);
          const found = {};
          found.light = await complaints(page);
          await page.page.emulateMedia({ colorScheme: "dark" });
          found.dark = await complaints(page, COLOURS);
          await page.page.setViewportSize(NARROW);
          found.narrow = await complaints(page, LAYOUT);
          assert.deepEqual(found, { light: [], dark: [], narrow: [] });
        },
        // Without motion nothing is half-way between two colours.
        { reducedMotion: "reduce" },
      );
    });
});
