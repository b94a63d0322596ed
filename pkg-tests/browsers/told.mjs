// What a page tells its server, in a browser that nobody drives.
import assert from "node:assert/strict";

/** For a slow machine that has other things to do. */
const LONGEST_MS = 180_000;

/** Opens a page of a served folder, and resolves with what it told; throws when that is `{ failed }`, or when it is nothing. */
export async function told(browser, server, path) {
  const opened = await browser.open(`${server.url}/${path}`);
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      const loaded = server.requests.join(" ") || "nothing";
      reject(
        new Error(
          `${browser.name} was told nothing by its page, which had loaded ${loaded}; it says: ${opened.said()}`,
        ),
      );
    }, LONGEST_MS);
  });
  try {
    const words = await Promise.race([server.told(), opened.gone, late]);
    assert.equal(words.failed, undefined, `in ${browser.name}`);
    return words;
  } finally {
    clearTimeout(timer);
    await opened.close();
  }
}
