// Watches what a thread of the page does: which functions of the wasm it calls, what it digests, how many bytes of files it reads, and
// which.
// The page's own thread gets the code before anything else runs; workers get it in front of their script (see `watchedPage`).
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { builtPage, temporaryFolder } from "./environment.mjs";

/** Runs in the browser, in a page or a worker. Must be self-contained. */
function watch(thread) {
  const channel = new BroadcastChannel("pkg-tests");
  const tell = (what, name, amount) => {
    if (thread === "page") note({ thread, what, name, amount });
    else channel.postMessage({ thread, what, name, amount });
  };
  const seen = { page: {}, worker: {} };
  // Files have any name, also those of what every object has.
  const spans = Object.create(null);
  const note = ({ thread, what, name, amount }) => {
    if (what === "span") {
      // By its name alone: whoever asks gives every file a name of its own.
      const last = (spans[name] ??= []).at(-1);
      if (last?.[1] === amount[0]) last[1] = amount[1];
      else spans[name].push(amount);
      return;
    }
    const counts = (seen[thread][what] ??= {});
    counts[name] = (counts[name] ?? 0) + amount;
  };
  if (thread === "page") {
    window.pkgTests = { seen, violations: [] };
    window.pkgTestsSpans = spans;
    channel.addEventListener("message", ({ data }) => note(data));
    document.addEventListener("securitypolicyviolation", (event) => {
      window.pkgTests.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
    });
  }

  // Where in which file a piece of it lies.
  const places = new WeakMap();
  const placeOf = (blob) => (blob instanceof File ? { name: blob.name, start: 0 } : places.get(blob));
  const slice = Blob.prototype.slice;
  Blob.prototype.slice = function (start = 0, ...rest) {
    const piece = slice.call(this, start, ...rest);
    const place = placeOf(this);
    if (place !== undefined) places.set(piece, { name: place.name, start: place.start + start });
    return piece;
  };
  for (const name of ["arrayBuffer", "text", "bytes"]) {
    const read = Blob.prototype[name];
    if (read === undefined) continue;
    Blob.prototype[name] = function (...args) {
      tell("read", name, this.size);
      const place = placeOf(this);
      if (place !== undefined) tell("span", place.name, [place.start, place.start + this.size]);
      return read.apply(this, args);
    };
  }

  // Of a stream, what was taken from it.
  const stream = Blob.prototype.stream;
  Blob.prototype.stream = function () {
    const opened = stream.call(this);
    const place = placeOf(this);
    let at = place?.start;
    const getReader = opened.getReader.bind(opened);
    opened.getReader = (...options) => {
      const reader = getReader(...options);
      const read = reader.read.bind(reader);
      reader.read = async (...given) => {
        const result = await read(...given);
        const length = result.value?.length ?? 0;
        if (length > 0) tell("read", "stream", length);
        if (length > 0 && place !== undefined) tell("span", place.name, [at, (at += length)]);
        return result;
      };
      return reader;
    };
    return opened;
  };

  const digest = SubtleCrypto.prototype.digest;
  SubtleCrypto.prototype.digest = function (algorithm, data) {
    tell("digest", typeof algorithm === "string" ? algorithm : algorithm.name, 1);
    return digest.call(this, algorithm, data);
  };

  const counted = (instance) => {
    const exports = Object.fromEntries(
      Object.entries(instance.exports).map(([name, value]) => [
        name,
        typeof value === "function"
          ? (...args) => {
              tell("wasm", name, 1);
              return value(...args);
            }
          : value,
      ]),
    );
    return new Proxy(instance, {
      get: (target, key) => (key === "exports" ? exports : Reflect.get(target, key, target)),
    });
  };
  const { instantiate, instantiateStreaming, Instance } = WebAssembly;
  WebAssembly.instantiate = async (source, imports) => {
    const result = await instantiate(source, imports);
    return result instanceof Instance ? counted(result) : { ...result, instance: counted(result.instance) };
  };
  WebAssembly.instantiateStreaming = async (source, imports) => {
    const { module, instance } = await instantiateStreaming(source, imports);
    return { module, instance: counted(instance) };
  };
  WebAssembly.Instance = new Proxy(Instance, { construct: (target, args) => counted(new target(...args)) });
}

/** The script for `page.addInitScript`. */
export const pageWatch = `(${watch})("page");`;

/** The built page, with the same watch in front of its worker's script; everything else is as built. */
export function watchedPage() {
  const folder = temporaryFolder("page");
  cpSync(builtPage(), folder, { recursive: true });
  const scripts = readdirSync(folder, { recursive: true }).filter((path) => /worker[^/]*\.js$/.test(path));
  if (scripts.length !== 1) throw new Error(`one script of a worker is expected in the built page, found ${scripts}`);
  const file = join(folder, scripts[0]);
  writeFileSync(file, `(${watch})("worker");\n${readFileSync(file, "utf8")}`);
  return folder;
}
