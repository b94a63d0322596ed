/**
 * How the engine gets in: the wasm is fetched, compiled and started once, on first use.
 *
 * Entries say where the wasm is; callers may say it themselves with {@link init}. The compiled module is kept: lanes start
 * their own instances from it. Nothing is done at import time.
 */
import { HubferryError, InvalidInputError } from "./errors.js";
import { platform, type WasmSource } from "./platform.js";
import { initSync } from "./wasm/core.js";

/** Where things are that this package cannot find by itself. */
export interface InitOptions {
  /** The wasm: a module, its bytes, or where to fetch it. */
  wasm?: WasmSource | Promise<WasmSource> | undefined;
  /** The script of the hashing workers (`dist/compute/worker.js`, bundled or not), on the page's own origin. */
  workerUrl?: string | URL | undefined;
}

/** A page's policy and a broken file look the same from here. */
const ADVICE = "the page's Content-Security-Policy must allow it ('wasm-unsafe-eval'), and its file must be whole";

/** A function that every engine has, by its name in the wasm. */
const MARK = "pushhandle_new";

let chosen: InitOptions = {};
let module: Promise<WebAssembly.Module> | undefined;
let started: Promise<void> | undefined;
let runs = false;

/**
 * Supplies the wasm, and starts the engine.
 *
 * Only for those whose bundler or server does not find the package's own files; otherwise everything works without it. Call
 * it before anything else: an engine that runs is not replaced.
 *
 * @example
 * await init(new URL("/assets/core_bg.wasm", location.href));
 * @example
 * await init({ wasm: "/assets/core_bg.wasm", workerUrl: "/assets/hubferry-worker.js" });
 */
export async function init(source?: WasmSource | Promise<WasmSource> | InitOptions): Promise<void> {
  if (started === undefined) chosen = isOptions(source) ? { ...source } : { wasm: source };
  await engine();
}

/**
 * Resolves when the engine runs: then what `wasm/core.js` exports can be used. Whoever wants something of that imports it by its name,
 * so that a page which does not is spared it.
 */
export function engine(): Promise<void> {
  // A failure is not kept: the network may be back at the next call.
  started ??= start().catch((error: unknown) => {
    started = undefined;
    module = undefined;
    throw error;
  });
  return started;
}

/**
 * The same for those who cannot wait: where the wasm can be had at once the engine is started, elsewhere it must run already.
 */
export function engineNow(): void {
  if (runs) return;
  const compiled = chosen.wasm === undefined ? platform().wasmNow?.() : undefined;
  if (compiled === undefined) {
    throw new InvalidInputError(
      "The engine is not loaded yet: `await init()` once, before anything that answers at once",
    );
  }
  initSync({ module: compiled });
  runs = true;
  module = Promise.resolve(compiled);
  started = Promise.resolve();
}

/** The compiled wasm, for lanes. */
export function compiledModule(): Promise<WebAssembly.Module> {
  module ??= compile(chosen.wasm ?? platform().wasm());
  return module;
}

/** The worker script that the caller wants to be used. */
export function workerUrl(): string | URL | undefined {
  return chosen.workerUrl;
}

async function start(): Promise<void> {
  const compiled = await compiledModule();
  // The glue keeps whatever it has instantiated, so it must not be given something else.
  const isOurs = WebAssembly.Module.exports(compiled).some(({ name }) => name === MARK);
  try {
    if (!isOurs) throw new TypeError(`It exports no ${MARK}`);
    // In a millisecond, as it is compiled; so nothing can come between, not even somebody who cannot wait.
    initSync({ module: compiled });
    runs = true;
  } catch (error) {
    const text = "This wasm is not the engine of this version of hubferry: give init() the file of the same package";
    throw new HubferryError("unsupported", text, { cause: error });
  }
}

/** Compiles wasm, from wherever it comes. */
export async function compile(pending: WasmSource | Promise<WasmSource>): Promise<WebAssembly.Module> {
  if (typeof WebAssembly === "undefined") {
    throw new HubferryError(
      "unsupported",
      `The engine needs WebAssembly, which this runtime does not have or allow: ${ADVICE}`,
    );
  }
  const source = await pending;
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return await compileBytes(source);
  if (!(source instanceof Response || source instanceof URL || typeof source === "string")) {
    throw new InvalidInputError("init takes a WebAssembly.Module, the wasm's bytes, a Response, or where it is");
  }
  const response = source instanceof Response ? source : await request(source);
  if (!response.ok) {
    throw new HubferryError(
      "blocked",
      `The engine is not at ${response.url}; serve it there, or say where it is with init()`,
    );
  }
  return await compileBytes(response);
}

async function request(url: URL | string): Promise<Response> {
  try {
    return await fetch(url);
  } catch (error) {
    const where = typeof url === "string" ? url : url.href;
    throw new HubferryError("blocked", `The engine could not be loaded from ${where}`, { cause: error });
  }
}

async function compileBytes(source: BufferSource | Response): Promise<WebAssembly.Module> {
  try {
    if (!(source instanceof Response)) return await WebAssembly.compile(source);
    // Faster, and browsers keep what they compiled; but they insist on the type.
    const isTyped = source.headers.get("content-type")?.startsWith("application/wasm") === true;
    return await (isTyped ? WebAssembly.compileStreaming(source) : WebAssembly.compile(await source.arrayBuffer()));
  } catch (error) {
    throw new HubferryError("unsupported", `The engine (WebAssembly) could not be compiled: ${ADVICE}`, {
      cause: error,
    });
  }
}

function isOptions(source: unknown): source is InitOptions {
  if (typeof source !== "object" || source === null) return false;
  const known = [ArrayBuffer, Response, URL, Promise];
  // Without WebAssembly there is no module either.
  const isModule = typeof WebAssembly !== "undefined" && source instanceof WebAssembly.Module;
  return !isModule && !ArrayBuffer.isView(source) && !known.some((type) => source instanceof type);
}
