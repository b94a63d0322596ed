// A page that serves the package's files itself, as its bundler does not follow `new URL(…, import.meta.url)`.
import { init } from "hubferry";
import "./page.js";

await init({
  wasm: new URL("./core_bg.wasm", import.meta.url),
  workerUrl: new URL("./hubferry-worker.js", import.meta.url),
});
