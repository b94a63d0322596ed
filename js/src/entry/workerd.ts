/** The entry for workerd (Cloudflare Workers): the wasm as a compiled module, everything on this thread, little memory. */
import { setPlatform } from "../platform.js";
import { edgePlatform } from "../edge/platform.js";
import wasm from "../wasm/core_bg.wasm";

setPlatform(edgePlatform(wasm));

export * from "../index.js";
