/** The entry for edge functions that ask for compiled wasm by `?module`. */
import { setPlatform } from "../platform.js";
import { edgePlatform } from "../edge/platform.js";
import wasm from "../wasm/core_bg.wasm?module";

setPlatform(edgePlatform(wasm));

export * from "../index.js";
