/**
 * The entry for pages whose lanes shall have threads in shared memory. Only lanes: everything else is the default build, so that the
 * page's own thread never waits for another one. Where memory cannot be shared, all of it is the default build.
 */
import { browserJournals } from "../journal/browser.js";
import { setPlatform } from "../platform.js";
import { opfsSpool } from "../source/opfs.js";

/** Some browsers say that a page is isolated and have no shared memory. */
let canShare = globalThis.crossOriginIsolated && typeof SharedArrayBuffer === "function";
let isTold = false;

/** Says once why there are no threads. */
function fallBack(reason: string): void {
  canShare = false;
  if (isTold) return;
  isTold = true;
  console.info(`hubferry/threads: ${reason}; files are pushed by the default build`);
}

if (!canShare) {
  fallBack(
    "memory cannot be shared here. It takes a page that is cross-origin isolated, by the headers " +
      "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp",
  );
}

// Bundlers know these spellings by sight: they must stay literal.
setPlatform({
  wasm: () => new URL("../wasm/core_bg.wasm", import.meta.url),
  spawn: (url) =>
    url === undefined
      ? new Worker(new URL("../compute/worker.js", import.meta.url), { type: "module" })
      : new Worker(url, { type: "module" }),
  threads: () =>
    canShare
      ? {
          wasm: () => new URL("../wasm-threads/core_bg.wasm", import.meta.url),
          spawn: (url) =>
            url === undefined
              ? new Worker(new URL("../compute/threads-worker.js", import.meta.url), { type: "module" })
              : new Worker(url, { type: "module" }),
          onFailed: () => {
            fallBack("no lane with threads came up");
          },
        }
      : undefined,
  journals: browserJournals,
  spool: opfsSpool,
});

export * from "../index.js";
