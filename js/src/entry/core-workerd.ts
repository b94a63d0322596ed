/** The entry of `hubferry/core` for workerd: the wasm as a compiled module, which can be started at once. */
import { offerPlatform } from "../platform.js";
import wasm from "../wasm/core_bg.wasm";

offerPlatform({ wasm: () => wasm, wasmNow: () => wasm });

export * from "../core/index.js";
