/** The entry of `hubferry/core` for edge functions that ask for compiled wasm by `?module`. */
import { offerPlatform } from "../platform.js";
import wasm from "../wasm/core_bg.wasm?module";

offerPlatform({ wasm: () => wasm, wasmNow: () => wasm });

export * from "../core/index.js";
