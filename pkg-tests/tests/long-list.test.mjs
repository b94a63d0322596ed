// A push with a hundred thousand rows: however many files move, few rows exist and no picture is drawn more than once. The seconds are
// told, not judged: `make bench` has them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { watchLongList } from "../harness/long-list.mjs";
import { hubAndBrowser } from "../harness/together.mjs";

/** Rows that may exist at once: what fits into the list, and some beyond its edges. */
const MOST_ROWS = 60;
/** Renderings beside the one per picture: a late one where the machine draws too seldom. */
const SPARE = 20;

describe("a hundred thousand rows", () => {
  const both = hubAndBrowser();

  test("are followed, scrolled, searched and filtered while the files move", async (context) => {
    const { parts, complaints } = await watchLongList(both.browser, both.hub);
    for (const [name, { pictures, renderings, listings, mostRows, tasks, seconds }] of Object.entries(parts)) {
      context.diagnostic(
        `${name}: ${seconds.toFixed(1)} s, ${pictures} pictures, ${renderings} renderings, tasks over 50 ms: ${tasks.join(", ") || "none"}`,
      );
      assert.ok(mostRows > 0 && mostRows <= MOST_ROWS, `${name}: ${mostRows} rows existed`);
      assert.ok(renderings <= pictures + SPARE, `${name}: ${renderings} renderings for ${pictures} pictures`);
      // The list follows the element, and what is scrolled.
      assert.ok(
        listings <= 2 * pictures + SPARE,
        `${name}: ${listings} renderings of the list for ${pictures} pictures`,
      );
    }
    assert.deepEqual(complaints, []);
  });
});
