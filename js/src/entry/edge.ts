/** The entry of `hubferry/edge` for runtimes that fetch the wasm. */
import "./browser.js";

export * from "../edge/index.js";
