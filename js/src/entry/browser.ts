/** The entry for browsers (pages and module workers) and whatever else has `fetch` and URLs of its own files. */
import { browserJournals } from "../journal/browser.js";
import { setPlatform } from "../platform.js";
import { opfsSpool } from "../source/opfs.js";

setPlatform({
  // Bundlers know both spellings by sight: they must stay literal.
  wasm: () => new URL("../wasm/core_bg.wasm", import.meta.url),
  spawn: (url) =>
    url === undefined
      ? new Worker(new URL("../compute/worker.js", import.meta.url), { type: "module" })
      : new Worker(url, { type: "module" }),
  journals: browserJournals,
  spool: opfsSpool,
});

export * from "../index.js";
