// A Hub and a browser for all tests of a suite.
import { after, before } from "node:test";
import { startBrowser } from "./browser.mjs";
import { startHub } from "./hub.mjs";

/** Starts both before the suite's tests and ends them afterwards; they are there when a test runs. */
export function hubAndBrowser(options) {
  const both = {};
  before(async () => {
    both.hub = await startHub(options);
    both.browser = await startBrowser();
  });
  after(async () => {
    await both.browser?.close();
    await both.hub?.stop();
  });
  return both;
}
