// A page that says by `init` where the package's files are, in every way there is.
import { init, uploadFiles } from "/hubferry/entry/browser.js";

const WASM = "/own/engine.wasm";
const WORKER = "/own/hubferry-worker.js";

/** What `init` is given, by its name. */
const WAYS = {
  "a module": async () => ({ wasm: await WebAssembly.compileStreaming(fetch(WASM)), workerUrl: WORKER }),
  "a promise of a module": () => ({ wasm: WebAssembly.compileStreaming(fetch(WASM)), workerUrl: WORKER }),
  bytes: async () => ({ wasm: new Uint8Array(await (await fetch(WASM)).arrayBuffer()), workerUrl: WORKER }),
  "a buffer": async () => ({ wasm: await (await fetch(WASM)).arrayBuffer(), workerUrl: WORKER }),
  "a URL": () => ({ wasm: new URL(WASM, location.href), workerUrl: new URL(WORKER, location.href) }),
  "a path": () => ({ wasm: WASM, workerUrl: WORKER }),
  "an answer": async () => ({ wasm: await fetch(WASM), workerUrl: WORKER }),
  "a promise of an answer": () => ({ wasm: fetch(WASM), workerUrl: WORKER }),
};

const violations = [];
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
  violations.push(`${violatedDirective} ${blockedURI}`);
});

/** Starts the engine and pushes a file that is packed by a worker. */
window.push = async (way, known) => {
  await init(await WAYS[way]());
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const { commit, verified } = await uploadFiles({ ...known, files: [{ path: "a.bin", content: new Blob([bytes]) }] });
  return { oid: commit.oid, verified, violations };
};

/** How starting the engine fails. */
window.refused = (way) =>
  Promise.resolve(WAYS[way]())
    .then(init)
    .then(
      () => "it started",
      ({ code, message }) => ({ code, message }),
    );

window.ways = Object.keys(WAYS);
document.documentElement.dataset.ready = "";
